"""Places, what is near, and routes: from stored values to protobuf and back."""

from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.domain.visits.places import Place
from services.leads.queries.visits import Nearby, RoutePlan
from services.leads.queries.visits.nearby import place_of
from services.leads.queries.visits.routes import RouteWish, StopWish
from services.leads.translate.values import Row, timestamp
from services.leads.translate.visits import next_action_to_proto


def place_from(message: pb.Place) -> Place:
    """The place of a request; an unset one is 0, 0, which is refused."""
    return Place(message.latitude_microdegrees, message.longitude_microdegrees)


def location_to_proto(account: Row) -> pb.AccountLocation:
    """Where an account is."""
    place = place_of(account)
    return pb.AccountLocation(
        account_id=account["_id"],
        company=account["name"],
        place=_place(place) if place else None,
        address=account.get("address", ""),
    )


def nearby_to_proto(found: Nearby) -> tuple[list[pb.NearAccount], list[pb.ThingToBring]]:
    """What is near, and what to bring."""
    near = [
        pb.NearAccount(
            location=location_to_proto(each.account),
            distance_m=each.distance_m,
            last_visit_time=timestamp(each.last_visit["visit_time"] if each.last_visit else None),
            open_actions=[next_action_to_proto(action) for action in each.open_actions],
        )
        for each in found.near
    ]
    return near, [pb.ThingToBring(account_id=each.account_id, kind=each.kind, words=each.words) for each in found.bring]


def route_wish_from(request: pb.PlanVisitRouteRequest) -> RouteWish:
    """The day to plan."""
    return RouteWish(
        day=request.day,
        start=place_from(request.start),
        stops=tuple(
            StopWish(each.account_id, each.duration_minutes, each.earliest_minute, each.latest_minute, each.priority)
            for each in request.stops
        ),
        begin_minute=request.begin_minute,
        end_minute=request.end_minute,
        speed_kmh=request.speed_kmh,
        returns_to_start=request.returns_to_start,
    )


def route_to_proto(plan: RoutePlan) -> pb.PlanVisitRouteResponse:
    """The day as it should go."""
    return pb.PlanVisitRouteResponse(
        stops=[
            pb.RouteStop(
                location=location_to_proto(each.account),
                arrive_time=timestamp(each.arrive_time),
                begin_time=timestamp(each.begin_time),
                leave_time=timestamp(each.leave_time),
                distance_m=each.distance_m,
                travel_minutes=each.travel_minutes,
            )
            for each in plan.stops
        ],
        left_out=[
            pb.LeftOutStop(
                account_id=each.account["_id"], company=each.account["name"], reason=each.reason, words=each.words
            )
            for each in plan.left_out
        ],
        total_distance_m=plan.total_distance_m,
        finish_time=timestamp(plan.finish_time),
        is_optimal=plan.is_optimal,
    )


def _place(place: Place) -> pb.Place:
    return pb.Place(
        latitude_microdegrees=place.latitude_microdegrees, longitude_microdegrees=place.longitude_microdegrees
    )
