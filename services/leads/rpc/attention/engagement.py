"""Signals, engagement, and the numbers they are judged by."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer
from services.leads.commands import attention as commands
from services.leads.documents import AttentionPolicy
from services.leads.queries import attention as queries
from services.leads.queries.accounts import get_account
from services.leads.rpc.callers import caller
from services.leads.translate.attention.engagement import engagement_to_proto, numbers_change_from, policy_to_proto
from services.leads.translate.attention.words import signal_kind_from
from services.leads.translate.values import moment_if_set


class EngagementRpcs(AttentionServiceServicer):
    """How warm accounts are."""

    def RecordEngagement(self, request: pb.RecordEngagementRequest, context: Any) -> pb.RecordEngagementResponse:
        get_account(request.account_id, caller(), access.scope())
        at = clock.now()
        engagement = commands.record_engagement(
            request.account_id,
            signal_id=request.signal_id,
            kind=signal_kind_from(request.kind),
            depth_bp=request.depth_bp,
            answer_minutes=request.answer_minutes,
            opportunity_id=request.opportunity_id,
            signal_time=moment_if_set(request, "signal_time"),
            by=caller().subject,
            at=at,
        )
        rule = AttentionPolicy.current().numbers.engagement
        return pb.RecordEngagementResponse(
            engagement=engagement_to_proto(engagement.to_mongo(), rule, at, with_signals=False)
        )

    def GetEngagement(self, request: pb.GetEngagementRequest, context: Any) -> pb.GetEngagementResponse:
        row = queries.get_engagement(request.account_id, caller(), access.scope())
        rule = AttentionPolicy.current().numbers.engagement
        return pb.GetEngagementResponse(engagement=engagement_to_proto(row, rule, clock.now(), with_signals=True))

    def ListEngagements(self, request: pb.ListEngagementsRequest, context: Any) -> pb.ListEngagementsResponse:
        rows, token = queries.list_engagements(
            caller(),
            access.scope(),
            open_page(request),
            only_hot=request.only_hot,
            only_silent=request.only_silent,
        )
        rule, at = AttentionPolicy.current().numbers.engagement, clock.now()
        return pb.ListEngagementsResponse(
            engagements=[engagement_to_proto(row, rule, at, with_signals=False) for row in rows],
            next_page_token=token,
        )

    def GetAttentionPolicy(self, request: pb.GetAttentionPolicyRequest, context: Any) -> pb.GetAttentionPolicyResponse:
        return pb.GetAttentionPolicyResponse(attention_policy=policy_to_proto(AttentionPolicy.current()))

    def UpdateAttentionPolicy(
        self, request: pb.UpdateAttentionPolicyRequest, context: Any
    ) -> pb.UpdateAttentionPolicyResponse:
        message = request.attention_policy
        stored = commands.update_attention_policy(numbers_change_from(message), expected_version=message.version)
        return pb.UpdateAttentionPolicyResponse(attention_policy=policy_to_proto(stored))
