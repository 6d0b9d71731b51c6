"""Rpcs of visits: protobuf to use case to protobuf, nothing else."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import visits_service_pb2 as pb
from saleloop.leads.v1.visits_service_pb2_grpc import VisitsServiceServicer
from services.leads import queries
from services.leads.chinese_words import chinese_words
from services.leads.commands import visits as commands
from services.leads.documents import CompetitorList
from services.leads.queries import visits as visit_queries
from services.leads.queries.visible_rows import owned_rows
from services.leads.rpc.callers import caller
from services.leads.stock_records import records_of
from services.leads.translate import visit_places as places
from services.leads.translate import visits as translate
from services.leads.translate.values import timestamp


class VisitsServicer(VisitsServiceServicer):
    """Work at the customer's: visit notes, photos, routes, stock, and the focus of a day."""

    def RecordVisit(self, request: pb.RecordVisitRequest, context: Any) -> pb.RecordVisitResponse:
        queries.get_account(request.account_id, caller(), access.scope())
        visit = commands.record_visit(
            request.account_id,
            translate.note_from(request),
            request_id=request.request_id,
            by=caller().subject,
            at=clock.now(),
            words=chinese_words,
        )
        return pb.RecordVisitResponse(visit=translate.visit_to_proto(visit.to_mongo()))

    def GetVisit(self, request: pb.GetVisitRequest, context: Any) -> pb.GetVisitResponse:
        row = visit_queries.get_visit(request.visit_id, caller(), access.scope())
        return pb.GetVisitResponse(visit=translate.visit_to_proto(row))

    def ListVisits(self, request: pb.ListVisitsRequest, context: Any) -> pb.ListVisitsResponse:
        rows, token = visit_queries.list_visits(
            caller(),
            access.scope(),
            open_page(request),
            account_id=request.account_id,
            owner_id=request.owner_id,
            state=translate.visit_state_word(request.state),
            has_open_action=request.has_open_action,
        )
        return pb.ListVisitsResponse(visits=map(translate.visit_to_proto, rows), next_page_token=token)

    def ConfirmVisit(self, request: pb.ConfirmVisitRequest, context: Any) -> pb.ConfirmVisitResponse:
        visit_queries.require_visit_in_reach(request.visit_id, caller(), access.scope())
        visit = commands.confirm_visit(
            request.visit_id, translate.corrections_from(request), by=caller().subject, at=clock.now()
        )
        return pb.ConfirmVisitResponse(visit=translate.visit_to_proto(visit.to_mongo()))

    def GetNotePrecision(self, request: pb.GetNotePrecisionRequest, context: Any) -> pb.GetNotePrecisionResponse:
        found = visit_queries.note_precision(caller(), access.scope())
        return pb.GetNotePrecisionResponse(fields=map(translate.precision_to_proto, found))

    def CompleteNextAction(self, request: pb.CompleteNextActionRequest, context: Any) -> pb.CompleteNextActionResponse:
        visit_queries.require_visit_in_reach(request.visit_id, caller(), access.scope())
        visit = commands.complete_next_action(request.visit_id, at=clock.now())
        return pb.CompleteNextActionResponse(visit=translate.visit_to_proto(visit.to_mongo()))

    def AddSitePhoto(self, request: pb.AddSitePhotoRequest, context: Any) -> pb.AddSitePhotoResponse:
        visit_queries.require_visit_in_reach(request.visit_id, caller(), access.scope())
        photo = commands.add_site_photo(
            request.visit_id, request.content, media_type=request.media_type, caption=request.caption
        )
        return pb.AddSitePhotoResponse(photo=translate.photo_to_proto(photo))

    def GetSitePhoto(self, request: pb.GetSitePhotoRequest, context: Any) -> HttpBody:
        file, content = visit_queries.get_site_photo(request.visit_id, request.photo_id, caller(), access.scope())
        return HttpBody(content_type=file.media_type, data=content)

    def GetCompetitors(self, request: pb.GetCompetitorsRequest, context: Any) -> pb.GetCompetitorsResponse:
        stored = CompetitorList.current()
        return pb.GetCompetitorsResponse(competitors=translate.competitors_to_proto(stored), version=stored.version)

    def UpdateCompetitors(self, request: pb.UpdateCompetitorsRequest, context: Any) -> pb.UpdateCompetitorsResponse:
        stored = commands.update_competitors(
            translate.competitors_from(request.competitors), expected_version=request.version
        )
        return pb.UpdateCompetitorsResponse(competitors=translate.competitors_to_proto(stored), version=stored.version)

    def SetAccountLocation(self, request: pb.SetAccountLocationRequest, context: Any) -> pb.SetAccountLocationResponse:
        queries.get_account(request.account_id, caller(), access.scope())
        place = places.place_from(request.place)
        account = commands.set_account_location(request.account_id, place, request.address)
        return pb.SetAccountLocationResponse(location=places.location_to_proto(account.to_mongo()))

    def CheckIn(self, request: pb.CheckInRequest, context: Any) -> pb.CheckInResponse:
        if request.account_id:
            queries.get_account(request.account_id, caller(), access.scope())
        place = places.place_from(request.place)
        found = visit_queries.find_nearby(place, request.radius_m, caller(), access.scope())
        record = commands.check_in(
            place,
            accuracy_m=request.accuracy_m,
            account_id=request.account_id,
            request_id=request.request_id,
            by=caller(),
            at=clock.now(),
        )
        near, bring = places.nearby_to_proto(found)
        return pb.CheckInResponse(
            check_in_id=record.id, check_in_time=timestamp(record.check_in_time), near=near, bring=bring
        )

    def PlanVisitRoute(self, request: pb.PlanVisitRouteRequest, context: Any) -> pb.PlanVisitRouteResponse:
        plan = visit_queries.plan_visit_route(places.route_wish_from(request), caller(), access.scope())
        return places.route_to_proto(plan)

    def ImportCustomerStock(
        self, request: pb.ImportCustomerStockRequest, context: Any
    ) -> pb.ImportCustomerStockResponse:
        outcome = commands.import_customer_stock(
            records_of(request.content),
            columns=dict(request.columns),
            validate_only=request.validate_only,
            reach=owned_rows(caller(), access.scope()),
            at=clock.now(),
        )
        return translate.stock_outcome_to_proto(outcome)

    def ListCustomerStock(self, request: pb.ListCustomerStockRequest, context: Any) -> pb.ListCustomerStockResponse:
        rows, token = visit_queries.list_customer_stock(
            caller(),
            access.scope(),
            open_page(request),
            account_id=request.account_id,
            only_below=request.only_below_safety_level,
        )
        return pb.ListCustomerStockResponse(stock=map(translate.stock_to_proto, rows), next_page_token=token)

    def GetDailyFocus(self, request: pb.GetDailyFocusRequest, context: Any) -> pb.GetDailyFocusResponse:
        return pb.GetDailyFocusResponse(focus=_focus_of(request.salesperson_id, again=False))

    def RefreshDailyFocus(self, request: pb.RefreshDailyFocusRequest, context: Any) -> pb.RefreshDailyFocusResponse:
        return pb.RefreshDailyFocusResponse(focus=_focus_of(request.salesperson_id, again=True))

    def CompleteFocusItem(self, request: pb.CompleteFocusItemRequest, context: Any) -> pb.CompleteFocusItemResponse:
        focus = commands.complete_focus_item(caller().subject, request.account_id, at=clock.now())
        return pb.CompleteFocusItemResponse(focus=translate.focus_to_proto(focus))


def _focus_of(salesperson_id: str, *, again: bool) -> pb.DailyFocus:
    person = salesperson_id or caller().subject
    visit_queries.require_salesperson_in_reach(person, caller(), access.scope())
    focus = commands.look_at_focus(person, at=clock.now(), facts=visit_queries.focus_facts, again=again)
    return translate.focus_to_proto(focus)
