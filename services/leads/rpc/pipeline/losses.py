"""How opportunities end, and what is learned from it: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.commands import pipeline as commands
from services.leads.documents import LossReason
from services.leads.queries import pipeline as queries
from services.leads.rpc.callers import caller
from services.leads.translate.pipeline import (
    amount_from,
    explanation_to_proto,
    loss_reason_from,
    loss_reason_to_proto,
    opportunity_to_proto,
    span_from,
    won_case_to_proto,
)
from services.leads.translate.values import Row


class LossRpcs:
    """Won, lost, taken up again; loss reasons, won cases, the win rate."""

    def CloseWon(self, request: pb.CloseWonRequest, context: Any) -> pb.CloseWonResponse:
        queries.get_opportunity(request.opportunity_id, caller(), access.scope())
        opportunity = commands.close_won(
            request.opportunity_id,
            amount=amount_from(request, "won_amount"),
            note=request.note,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.CloseWonResponse(opportunity=opportunity_to_proto(opportunity.to_mongo()))

    def CloseLost(self, request: pb.CloseLostRequest, context: Any) -> pb.CloseLostResponse:
        queries.get_opportunity(request.opportunity_id, caller(), access.scope())
        opportunity, reason = commands.close_lost(
            request.opportunity_id,
            reason=request.loss_reason,
            note=request.note,
            competitor=request.competitor,
            by=caller().subject,
            at=clock.now(),
        )
        row = opportunity.to_mongo()
        return pb.CloseLostResponse(
            opportunity=opportunity_to_proto(row), loss_reason=_reason(reason), won_cases=_won_cases(row)
        )

    def ReopenOpportunity(self, request: pb.ReopenOpportunityRequest, context: Any) -> pb.ReopenOpportunityResponse:
        queries.get_opportunity(request.opportunity_id, caller(), access.scope())
        opportunity = commands.reopen_opportunity(
            request.opportunity_id, why=request.why, by=caller().subject, at=clock.now()
        )
        return pb.ReopenOpportunityResponse(opportunity=opportunity_to_proto(opportunity.to_mongo()))

    def ListWonCases(self, request: pb.ListWonCasesRequest, context: Any) -> pb.ListWonCasesResponse:
        row = queries.get_opportunity(request.opportunity_id, caller(), access.scope())
        return pb.ListWonCasesResponse(won_cases=_won_cases(row))

    def ListLossReasons(self, request: pb.ListLossReasonsRequest, context: Any) -> pb.ListLossReasonsResponse:
        return pb.ListLossReasonsResponse(loss_reasons=map(_reason, LossReason.all_current()))

    def PutLossReason(self, request: pb.PutLossReasonRequest, context: Any) -> pb.PutLossReasonResponse:
        reason = commands.put_loss_reason(
            loss_reason_from(request.loss_reason), expected_version=request.loss_reason.version
        )
        return pb.PutLossReasonResponse(loss_reason=_reason(reason))

    def ExplainWinRate(self, request: pb.ExplainWinRateRequest, context: Any) -> pb.ExplainWinRateResponse:
        traced = queries.explain_win_rate(
            caller(),
            access.scope(),
            region=request.region,
            team_id=request.team_id,
            before=span_from(request.before, "before"),
            after=span_from(request.after, "after"),
        )
        return explanation_to_proto(traced.explanation, traced.lost, traced.loss_reasons)


def _reason(reason: LossReason) -> pb.LossReason:
    return loss_reason_to_proto(reason.data, reason.version)


def _won_cases(row: Row) -> list[pb.WonCase]:
    cases = queries.similar_won_cases(row, caller(), access.scope())
    return [won_case_to_proto(found, alike) for found, alike in cases]
