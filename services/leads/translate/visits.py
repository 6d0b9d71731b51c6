"""Visits, places, routes, stock and focus: from stored values to protobuf and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.commands.visits import Note, StockOutcome
from services.leads.documents import CompetitorList, FocusDay
from services.leads.domain.errors import FieldProblem
from services.leads.domain.visits import reorder
from services.leads.domain.visits.competitors import Competitor
from services.leads.domain.visits.places import Place
from services.leads.queries.visits import Nearby, RoutePlan
from services.leads.queries.visits.nearby import place_of
from services.leads.queries.visits.routes import RouteWish, StopWish
from services.leads.queries.visits.visits import FieldPrecision
from services.leads.translate.leads import row_problem_to_proto
from services.leads.translate.values import Row, moment, timestamp

_STATES: "Mapping[str, pb.VisitState.ValueType]" = {
    "parsed": pb.VISIT_STATE_PARSED,
    "confirmed": pb.VISIT_STATE_CONFIRMED,
}
_STATE_WORDS = {number: word for word, number in _STATES.items()}
_ACTION_STATES: "Mapping[str, pb.NextActionState.ValueType]" = {
    "": pb.NEXT_ACTION_STATE_UNSPECIFIED,
    "open": pb.NEXT_ACTION_STATE_OPEN,
    "done": pb.NEXT_ACTION_STATE_DONE,
}


def visit_state_word(number: "pb.VisitState.ValueType") -> str:
    """VISIT_STATE_PARSED -> parsed; unspecified is empty. Raises FieldProblem."""
    if number and number not in _STATE_WORDS:
        raise FieldProblem("state", "UNKNOWN_STATE", "未知状态", "unknown state")
    return _STATE_WORDS.get(number, "")


def note_from(request: pb.RecordVisitRequest) -> Note:
    """What the request says about the visit."""
    visit_time = moment(request.visit_time, "visit_time") if request.HasField("visit_time") else None
    return Note(request.text, request.is_dictated, visit_time, request.voice_sentence)


def corrections_from(request: pb.ConfirmVisitRequest) -> dict[str, Any]:
    """The corrected fields in the form in which a visit keeps them; an unknown name maps to None."""
    fields = request.fields
    action, window = fields.next_action, fields.purchase_window
    due = moment(action.due_time, "fields.next_action.due_time") if action.HasField("due_time") else None
    stored = {
        "competitors": [{"name": each.name.strip(), "words": each.words} for each in fields.competitors],
        "concerns": [{"category": each.category, "words": each.words} for each in fields.concerns],
        "purchase_window": {"first_day": window.first_day, "last_day": window.last_day, "words": window.words}
        if fields.HasField("purchase_window")
        else None,
        "next_action": {"text": action.text, "due_time": due} if fields.HasField("next_action") else None,
    }
    return {name: stored.get(name) for name in request.corrected}


def visit_to_proto(row: Row) -> pb.Visit:
    """A stored visit."""
    return pb.Visit(
        id=row["_id"],
        account_id=row["account_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        recorded_by=row["recorded_by"],
        text=row["text"],
        is_dictated=row["is_dictated"],
        visit_time=timestamp(row["visit_time"]),
        state=_STATES[row["state"]],
        parsed=_note_fields(row["parsed"]),
        fields=_note_fields(row["fields"]),
        corrections=[
            pb.FieldCorrection(field=each["field"], corrected_by=each["by"], correct_time=timestamp(each["time"]))
            for each in row["corrections"]
        ],
        next_action_state=_ACTION_STATES[row["next_action_state"]],
        next_action_done_time=timestamp(row.get("next_action_done_time")),
        voice_sentence=row["voice_sentence"],
        photos=map(photo_to_proto, row["photos"]),
        create_time=timestamp(row["create_time"]),
        confirm_time=timestamp(row.get("confirm_time")),
        confirmed_by=row["confirmed_by"],
        version=row["version"],
    )


def photo_to_proto(photo: Row) -> pb.SitePhoto:
    """A photo of a visit, without its content."""
    return pb.SitePhoto(
        id=photo["id"],
        media_type=photo["media_type"],
        size_bytes=photo["size"],
        caption=photo["caption"],
        create_time=timestamp(photo["create_time"]),
    )


def precision_to_proto(found: FieldPrecision) -> pb.FieldPrecision:
    """How well one field is read."""
    return pb.FieldPrecision(
        field=found.field, confirmed=found.confirmed, corrected=found.corrected, precision_bp=found.precision_bp
    )


def competitors_from(messages: Sequence[pb.Competitor]) -> list[Competitor]:
    """The dictionary of the request."""
    return [Competitor(each.name, tuple(each.aliases), tuple(each.not_in)) for each in messages]


def competitors_to_proto(stored: CompetitorList) -> list[pb.Competitor]:
    """The stored dictionary."""
    return [pb.Competitor(name=each.name, aliases=each.aliases, not_in=each.not_in) for each in stored.dictionary()]


def place_from(message: pb.Place) -> Place:
    """The place of a request; an unset one is 0, 0, which is refused."""
    return Place(message.latitude_microdegrees, message.longitude_microdegrees)


def location_to_proto(account: Row) -> pb.AccountLocation:
    """Where an account is."""
    place = place_of(account)
    return pb.AccountLocation(
        account_id=account["_id"],
        company=account["name"],
        place=place
        and pb.Place(
            latitude_microdegrees=place.latitude_microdegrees, longitude_microdegrees=place.longitude_microdegrees
        ),
        address=account.get("address", ""),
    )


def nearby_to_proto(found: Nearby) -> tuple[list[pb.NearAccount], list[pb.ThingToBring]]:
    """What is near, and what to bring."""
    near = [
        pb.NearAccount(
            location=location_to_proto(each.account),
            distance_m=each.distance_m,
            last_visit_time=timestamp(each.last_visit["visit_time"] if each.last_visit else None),
            open_actions=[_next_action(action) for action in each.open_actions],
        )
        for each in found.near
    ]
    return near, [pb.ThingToBring(account_id=each.account_id, kind=each.kind, words=each.words) for each in found.bring]


def route_wish_from(request: pb.PlanVisitRouteRequest) -> RouteWish:
    """The day to plan. Raises FieldProblem."""
    try:
        day = date.fromisoformat(request.day)
    except ValueError:
        raise FieldProblem("day", "NOT_A_DATE", "不是日期", "must be a day like 2026-11-23") from None
    return RouteWish(
        day=day,
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


def stock_outcome_to_proto(outcome: StockOutcome) -> pb.ImportCustomerStockResponse:
    """What became of an import."""
    return pb.ImportCustomerStockResponse(
        created=outcome.created,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        problems=map(row_problem_to_proto, outcome.problems),
    )


def stock_to_proto(row: Row) -> pb.CustomerStock:
    """What a customer has of a product."""
    purchases = [date.fromisoformat(day) for day in row["purchase_dates"]]
    return pb.CustomerStock(
        account_id=row["account_id"],
        company=row["company"],
        sku=row["sku"],
        on_hand=row["on_hand"],
        safety_level=row["safety_level"],
        last_purchase_date=row["purchase_dates"][-1] if row["purchase_dates"] else "",
        balance_minor=row["balance_minor"],
        is_below_safety_level=row["is_below"],
        usual_interval_days=reorder.usual_interval_days(purchases),
        update_time=timestamp(row["update_time"]),
    )


def focus_to_proto(focus: FocusDay) -> pb.DailyFocus:
    """What to act on, best first."""
    return pb.DailyFocus(
        salesperson_id=focus.owner_id,
        day=focus.day,
        items=[
            pb.FocusItem(
                account_id=item["account_id"],
                company=item["company"],
                score_milli=item["score_milli"],
                parts=[pb.FocusPart(**part) for part in item["parts"]],
                is_done=item["is_done"],
            )
            for item in focus.items
        ],
        compute_time=timestamp(focus.compute_time),
    )


def _note_fields(stored: Row) -> pb.NoteFields:
    window, action = stored["purchase_window"], stored["next_action"]
    return pb.NoteFields(
        competitors=[pb.CompetitorMention(**each) for each in stored["competitors"]],
        purchase_window=window and pb.PurchaseWindow(**window),
        concerns=[pb.TechnicalConcern(**each) for each in stored["concerns"]],
        next_action=action and _next_action(action),
    )


def _next_action(stored: Row) -> leads_pb.NextAction:
    return leads_pb.NextAction(text=stored["text"], due_time=timestamp(stored["due_time"]))
