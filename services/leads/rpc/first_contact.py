"""Limits, work calendar, board and qualification: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1.first_contact_service_pb2_grpc import FirstContactServiceServicer
from services.leads import commands, queries
from services.leads.documents import StoredPolicy, StoredSlaPolicy
from services.leads.documents.first_contact_rules import rules_of
from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.qualification import Qualification
from services.leads.queries.first_contact import calendar_day, count_board, list_board, list_calendar_days
from services.leads.rpc.callers import caller
from services.leads.translate import first_contact as translate
from services.leads.translate.leads import lead_to_proto, next_action_from


class FirstContactServicer(FirstContactServiceServicer):
    """The time limits of the first contact, working time, and qualification."""

    def GetSlaPolicy(self, request: pb.GetSlaPolicyRequest, context: Any) -> pb.GetSlaPolicyResponse:
        return pb.GetSlaPolicyResponse(sla_policy=_policy(StoredSlaPolicy.current()))

    def UpdateSlaPolicy(self, request: pb.UpdateSlaPolicyRequest, context: Any) -> pb.UpdateSlaPolicyResponse:
        stored = commands.update_sla_policy(
            translate.limit_changes_from(request.sla_policy),
            translate.work_hours_from(request.sla_policy),
            expected_version=request.sla_policy.version,
            at=clock.now(),
        )
        return pb.UpdateSlaPolicyResponse(sla_policy=_policy(stored))

    def ListCalendarDays(self, request: pb.ListCalendarDaysRequest, context: Any) -> pb.ListCalendarDaysResponse:
        rows, token = list_calendar_days(request.year, open_page(request))
        return pb.ListCalendarDaysResponse(days=map(translate.calendar_day_to_proto, rows), next_page_token=token)

    def SetCalendarDay(self, request: pb.SetCalendarDayRequest, context: Any) -> pb.SetCalendarDayResponse:
        day = translate.day_from(request.date, "date")
        stored = commands.set_calendar_day(
            day,
            is_working=request.is_working,
            name=request.name,
            why=request.why,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.SetCalendarDayResponse(day=translate.calendar_day_to_proto(calendar_day(stored, day)))

    def DeleteCalendarDay(self, request: pb.DeleteCalendarDayRequest, context: Any) -> pb.DeleteCalendarDayResponse:
        day = translate.day_from(request.date, "date")
        stored = commands.delete_calendar_day(day, why=request.why, at=clock.now())
        return pb.DeleteCalendarDayResponse(day=translate.calendar_day_to_proto(calendar_day(stored, day)))

    def ProvideCalendarYear(
        self, request: pb.ProvideCalendarYearRequest, context: Any
    ) -> pb.ProvideCalendarYearResponse:
        days, at = translate.days_from(request), clock.now()
        stored = commands.provide_calendar_year(request.year, days, why=request.why, by=caller().subject, at=at)
        return pb.ProvideCalendarYearResponse(
            days_set=len(days), calendar_known_until=translate.known_until(stored, at)
        )

    def PauseFirstContact(self, request: pb.PauseFirstContactRequest, context: Any) -> pb.PauseFirstContactResponse:
        _require_in_reach(request.lead_id)
        lead = commands.pause_first_contact(request.lead_id, why=request.why, by=caller().subject, at=clock.now())
        return pb.PauseFirstContactResponse(lead=lead_to_proto(lead.to_mongo()))

    def ResumeFirstContact(self, request: pb.ResumeFirstContactRequest, context: Any) -> pb.ResumeFirstContactResponse:
        _require_in_reach(request.lead_id)
        lead = commands.resume_first_contact(request.lead_id, at=clock.now())
        return pb.ResumeFirstContactResponse(lead=lead_to_proto(lead.to_mongo()))

    def ListFirstContactBoard(
        self, request: pb.ListFirstContactBoardRequest, context: Any
    ) -> pb.ListFirstContactBoardResponse:
        by, scope, at = caller(), access.scope(), clock.now()
        colour = translate.colour_from(request.colour)
        rows, token = list_board(by, scope, open_page(request), colour=colour, owner_id=request.owner_id, at=at)
        counts = count_board(by, scope, owner_id=request.owner_id, at=at)
        return pb.ListFirstContactBoardResponse(
            leads=[translate.board_lead_to_proto(row, shown) for row, shown in rows],
            next_page_token=token,
            counts=translate.counts_to_proto(counts),
        )

    def PlanNextAction(self, request: pb.PlanNextActionRequest, context: Any) -> pb.PlanNextActionResponse:
        plan = next_action_from(request.next_action)
        if plan is None:
            raise FieldProblem("next_action", "MISSING", "不能为空", "must not be empty")
        lead = commands.plan_next_action(request.lead_id, plan, by=caller().subject, at=clock.now())
        return pb.PlanNextActionResponse(lead=lead_to_proto(lead.to_mongo()))

    def QualifyLead(self, request: pb.QualifyLeadRequest, context: Any) -> pb.QualifyLeadResponse:
        _require_in_reach(request.lead_id)
        qualification = Qualification(request.budget_confirmed_by, request.fit_confirmed_by, request.evidence)
        lead = commands.qualify_lead(request.lead_id, qualification, by=caller().subject, at=clock.now())
        return pb.QualifyLeadResponse(lead=lead_to_proto(lead.to_mongo()))

    def CloseLead(self, request: pb.CloseLeadRequest, context: Any) -> pb.CloseLeadResponse:
        _require_in_reach(request.lead_id)
        lead = commands.close_lead(
            request.lead_id, reason=request.reason, why=request.why, by=caller().subject, at=clock.now()
        )
        return pb.CloseLeadResponse(lead=lead_to_proto(lead.to_mongo()))


def _require_in_reach(lead_id: str) -> None:
    queries.require_lead_in_reach(lead_id, caller(), access.scope())


def _policy(stored: StoredSlaPolicy) -> pb.SlaPolicy:
    return translate.sla_policy_to_proto(stored, rules_of(stored, StoredPolicy.current()).limits, clock.now())
