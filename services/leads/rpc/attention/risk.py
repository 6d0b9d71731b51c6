"""Accounts at risk, and what to say to them."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer
from services.leads.commands import attention as commands
from services.leads.documents import AttentionPolicy
from services.leads.queries import attention as queries
from services.leads.rpc.callers import caller
from services.leads.translate.attention.voices import account_at_risk_to_proto


class RiskRpcs(AttentionServiceServicer):
    """The accounts most at risk, with causes and scripts."""

    def ListAccountsAtRisk(self, request: pb.ListAccountsAtRiskRequest, context: Any) -> pb.ListAccountsAtRiskResponse:
        found, total = queries.list_accounts_at_risk(
            caller(),
            access.scope(),
            AttentionPolicy.current().numbers,
            clock.now(),
            owner_id=request.owner_id,
            team_id=request.team_id,
            page_size=request.page_size,
        )
        scripts = queries.scripts_by_cause()
        return pb.ListAccountsAtRiskResponse(
            accounts_at_risk=[account_at_risk_to_proto(risk, account, scripts) for risk, account in found],
            total=total,
        )

    def ListRiskScripts(self, request: pb.ListRiskScriptsRequest, context: Any) -> pb.ListRiskScriptsResponse:
        scripts = queries.scripts_by_cause()
        return pb.ListRiskScriptsResponse(
            risk_scripts=[pb.RiskScript(cause=cause, texts=texts) for cause, texts in scripts.items()]
        )

    def UpdateRiskScript(self, request: pb.UpdateRiskScriptRequest, context: Any) -> pb.UpdateRiskScriptResponse:
        stored = commands.update_risk_script(request.risk_script.cause, dict(request.risk_script.texts))
        return pb.UpdateRiskScriptResponse(risk_script=pb.RiskScript(cause=stored.id, texts=stored.texts))
