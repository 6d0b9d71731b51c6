"""Opportunities: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.commands import pipeline as commands
from services.leads.documents import Opportunity
from services.leads.domain.pipeline.survey import check_survey
from services.leads.queries import get_account
from services.leads.queries import pipeline as queries
from services.leads.rpc.callers import caller
from services.leads.translate.pipeline import (
    amount_from,
    moment_from,
    opportunity_to_proto,
    refused_jump_to_proto,
    stage_from,
    stage_total_to_proto,
    stage_word,
    state_word,
)


class OpportunityRpcs:
    """From the opening to the last stage."""

    def OpenOpportunity(self, request: pb.OpenOpportunityRequest, context: Any) -> pb.OpenOpportunityResponse:
        get_account(request.account_id, caller(), access.scope())
        opportunity = commands.open_opportunity(
            request.account_id,
            amount=amount_from(request, "expected_amount"),
            close_time=moment_from(request, "expected_close_time"),
            note=request.note,
            request_id=request.request_id,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.OpenOpportunityResponse(opportunity=_message(opportunity))

    def GetOpportunity(self, request: pb.GetOpportunityRequest, context: Any) -> pb.GetOpportunityResponse:
        row = queries.get_opportunity(request.opportunity_id, caller(), access.scope())
        return pb.GetOpportunityResponse(opportunity=opportunity_to_proto(row))

    def ListOpportunities(self, request: pb.ListOpportunitiesRequest, context: Any) -> pb.ListOpportunitiesResponse:
        wanted = queries.BoardFilter(
            stage=stage_word(request.stage),
            state=state_word(request.state),
            owner_id=request.owner_id,
            segment=request.segment,
            account_id=request.account_id,
        )
        page = open_page(request)
        rows, token = queries.list_opportunities(caller(), access.scope(), page, wanted)
        totals = [] if page.after else queries.stage_totals(caller(), access.scope(), wanted)
        return pb.ListOpportunitiesResponse(
            opportunities=map(opportunity_to_proto, rows),
            next_page_token=token,
            totals=sorted(map(stage_total_to_proto, totals), key=lambda total: total.stage),
        )

    def UpdateOpportunity(self, request: pb.UpdateOpportunityRequest, context: Any) -> pb.UpdateOpportunityResponse:
        _require_in_reach(request.opportunity_id)
        opportunity = commands.update_opportunity(
            request.opportunity_id,
            amount=amount_from(request, "expected_amount"),
            close_time=moment_from(request, "expected_close_time"),
            note=request.note,
            competitor=request.competitor,
            at=clock.now(),
        )
        return pb.UpdateOpportunityResponse(opportunity=_message(opportunity))

    def UpdateSurvey(self, request: pb.UpdateSurveyRequest, context: Any) -> pb.UpdateSurveyResponse:
        _require_in_reach(request.opportunity_id)
        change = check_survey(request.needs, amount_from(request, "budget"), request.decision_chain)
        opportunity = commands.update_survey(request.opportunity_id, change, by=caller().subject, at=clock.now())
        return pb.UpdateSurveyResponse(opportunity=_message(opportunity))

    def MoveOpportunity(self, request: pb.MoveOpportunityRequest, context: Any) -> pb.MoveOpportunityResponse:
        _require_in_reach(request.opportunity_id)
        opportunity = commands.move_opportunity(
            request.opportunity_id,
            stage=stage_from(request.stage),
            why=request.why,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.MoveOpportunityResponse(opportunity=_message(opportunity))

    def UploadAcceptance(self, request: pb.UploadAcceptanceRequest, context: Any) -> pb.UploadAcceptanceResponse:
        _require_in_reach(request.opportunity_id)
        opportunity = commands.upload_acceptance(
            request.opportunity_id,
            request.content,
            name=request.name,
            media_type=request.media_type,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.UploadAcceptanceResponse(opportunity=_message(opportunity))

    def ListRefusedJumps(self, request: pb.ListRefusedJumpsRequest, context: Any) -> pb.ListRefusedJumpsResponse:
        rows, token = queries.list_refused_jumps(caller(), access.scope(), open_page(request), request.opportunity_id)
        return pb.ListRefusedJumpsResponse(refused_jumps=map(refused_jump_to_proto, rows), next_page_token=token)

    def ListCoaching(self, request: pb.ListCoachingRequest, context: Any) -> pb.ListCoachingResponse:
        rows, token = queries.list_coaching(caller(), access.scope(), open_page(request), request.team_id)
        return pb.ListCoachingResponse(opportunities=map(opportunity_to_proto, rows), next_page_token=token)


def _require_in_reach(opportunity_id: str) -> None:
    queries.get_opportunity(opportunity_id, caller(), access.scope())


def _message(opportunity: Opportunity) -> pb.Opportunity:
    return opportunity_to_proto(opportunity.to_mongo())
