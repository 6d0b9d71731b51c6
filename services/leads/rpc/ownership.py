"""Rpcs of ownership: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import ownership_service_pb2 as pb
from saleloop.leads.v1.ownership_service_pb2_grpc import OwnershipServiceServicer
from services.leads import commands, queries
from services.leads.documents import PolicyVersion
from services.leads.queries.visible_rows import visible_leads
from services.leads.rpc.callers import caller
from services.leads.translate import ownership as translate
from services.leads.translate.leads import (
    account_to_proto,
    policy_change_from,
    policy_to_proto,
    responsibility_entry_to_proto,
)
from services.leads.translate.ownership import time_from
from services.leads.translate.values import Row, timestamp


class OwnershipServicer(OwnershipServiceServicer):
    """Who owns what: policies of routing, claims, hand-overs, the responsibility log."""

    def ListRoutingPolicyVersions(
        self, request: pb.ListRoutingPolicyVersionsRequest, context: Any
    ) -> pb.ListRoutingPolicyVersionsResponse:
        versions, token = queries.list_policy_versions(open_page(request))
        return pb.ListRoutingPolicyVersionsResponse(
            versions=map(translate.policy_version_to_proto, versions), next_page_token=token
        )

    def GetRoutingPolicyVersion(
        self, request: pb.GetRoutingPolicyVersionRequest, context: Any
    ) -> pb.GetRoutingPolicyVersionResponse:
        version = PolicyVersion.numbered(request.version)
        return pb.GetRoutingPolicyVersionResponse(version=translate.policy_version_to_proto(version))

    def RollBackRoutingPolicy(
        self, request: pb.RollBackRoutingPolicyRequest, context: Any
    ) -> pb.RollBackRoutingPolicyResponse:
        stored = commands.roll_back_routing_policy(
            request.version, by=caller().subject, why=request.why, at=clock.now()
        )
        return pb.RollBackRoutingPolicyResponse(routing_policy=policy_to_proto(stored.policy, stored.version))

    def PreviewRoutingPolicy(
        self, request: pb.PreviewRoutingPolicyRequest, context: Any
    ) -> pb.PreviewRoutingPolicyResponse:
        found, names = queries.preview_routing_policy(
            policy_change_from(request.routing_policy),
            since=time_from(request.since_time, request.HasField("since_time"), "since_time"),
            until=time_from(request.until_time, request.HasField("until_time"), "until_time"),
            leads=request.leads,
            at=clock.now(),
        )
        return translate.replay_to_proto(found, names)

    def RouteUnroutable(self, request: pb.RouteUnroutableRequest, context: Any) -> pb.RouteUnroutableResponse:
        seen = visible_leads(caller(), access.scope())
        routed, left = commands.route_unroutable(at=clock.now(), region=request.region, where=seen)
        return pb.RouteUnroutableResponse(routed=routed, left=left)

    def ListOverrides(self, request: pb.ListOverridesRequest, context: Any) -> pb.ListOverridesResponse:
        rows, token = queries.list_overrides(
            caller(), access.scope(), open_page(request), decided_by=request.decided_by
        )
        return pb.ListOverridesResponse(overrides=map(responsibility_entry_to_proto, rows), next_page_token=token)

    def CountOverrides(self, request: pb.CountOverridesRequest, context: Any) -> pb.CountOverridesResponse:
        counts = queries.count_overrides(
            caller(),
            access.scope(),
            since=time_from(request.since_time, request.HasField("since_time"), "since_time"),
            until=time_from(request.until_time, request.HasField("until_time"), "until_time"),
        )
        return pb.CountOverridesResponse(deciders=map(translate.decider_to_proto, counts))

    def ClaimAccount(self, request: pb.ClaimAccountRequest, context: Any) -> pb.ClaimAccountResponse:
        outcome, conflict_id = commands.claim_account(
            request.account_id, evidence=request.evidence, by=caller().subject, at=clock.now()
        )
        return pb.ClaimAccountResponse(outcome=translate.outcome_number(outcome), conflict_id=conflict_id)

    def TransferAccount(self, request: pb.TransferAccountRequest, context: Any) -> pb.TransferAccountResponse:
        queries.get_account(request.account_id, caller(), access.scope())
        queries.require_salesperson_in_reach(request.salesperson_id, caller(), access.scope())
        account = commands.transfer_account(
            request.account_id,
            salesperson_id=request.salesperson_id,
            why=request.why,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.TransferAccountResponse(account=account_to_proto(account.to_mongo()))

    def GetConflict(self, request: pb.GetConflictRequest, context: Any) -> pb.GetConflictResponse:
        conflict = queries.get_conflict(request.conflict_id, caller(), access.scope())
        return pb.GetConflictResponse(conflict=translate.conflict_to_proto(conflict))

    def ListConflicts(self, request: pb.ListConflictsRequest, context: Any) -> pb.ListConflictsResponse:
        conflicts, token = queries.list_conflicts(
            caller(), access.scope(), open_page(request), state=translate.conflict_state_word(request.state)
        )
        return pb.ListConflictsResponse(conflicts=map(translate.conflict_to_proto, conflicts), next_page_token=token)

    def DecideConflict(self, request: pb.DecideConflictRequest, context: Any) -> pb.DecideConflictResponse:
        queries.require_conflict_decidable(request.conflict_id, request.owner_id, caller(), access.scope())
        conflict = commands.decide_conflict(
            request.conflict_id, owner_id=request.owner_id, why=request.why, by=caller().subject, at=clock.now()
        )
        return pb.DecideConflictResponse(conflict=translate.conflict_to_proto(conflict))

    def HandOver(self, request: pb.HandOverRequest, context: Any) -> pb.HandOverResponse:
        wish = translate.hand_over_wish_from(request)
        for person_id in (wish.from_id, *wish.to_ids):
            queries.require_salesperson_in_reach(person_id, caller(), access.scope())
        begun = commands.hand_over(wish, request_id=request.request_id, by=caller().subject, at=clock.now())
        return pb.HandOverResponse(hand_over=translate.hand_over_to_proto(begun))

    def GetHandOver(self, request: pb.GetHandOverRequest, context: Any) -> pb.GetHandOverResponse:
        found = queries.get_hand_over(request.hand_over_id, caller(), access.scope())
        return pb.GetHandOverResponse(hand_over=translate.hand_over_to_proto(found))

    def ListHandOvers(self, request: pb.ListHandOversRequest, context: Any) -> pb.ListHandOversResponse:
        found, token = queries.list_hand_overs(caller(), access.scope(), open_page(request))
        return pb.ListHandOversResponse(hand_overs=map(translate.hand_over_to_proto, found), next_page_token=token)

    def ReturnHandOver(self, request: pb.ReturnHandOverRequest, context: Any) -> pb.ReturnHandOverResponse:
        queries.get_hand_over(request.hand_over_id, caller(), access.scope())
        found = commands.return_hand_over(request.hand_over_id, why=request.why, at=clock.now())
        return pb.ReturnHandOverResponse(hand_over=translate.hand_over_to_proto(found))

    def ListWaitingHandOvers(
        self, request: pb.ListWaitingHandOversRequest, context: Any
    ) -> pb.ListWaitingHandOversResponse:
        rows, token = queries.list_waiting_hand_overs(caller(), access.scope(), open_page(request))
        return pb.ListWaitingHandOversResponse(
            waiting_hand_overs=map(translate.waiting_to_proto, rows), next_page_token=token
        )

    def GetOwnerAt(self, request: pb.GetOwnerAtRequest, context: Any) -> pb.GetOwnerAtResponse:
        time = time_from(request.time, request.HasField("time"), "time") or clock.now()
        row = queries.account_owner_at(request.account_id, time, caller(), access.scope())
        return pb.GetOwnerAtResponse(**_owner(row))

    def GetLeadOwnerAt(self, request: pb.GetLeadOwnerAtRequest, context: Any) -> pb.GetLeadOwnerAtResponse:
        time = time_from(request.time, request.HasField("time"), "time") or clock.now()
        row = queries.lead_owner_at(request.lead_id, time, caller(), access.scope())
        return pb.GetLeadOwnerAtResponse(**_owner(row))

    def ListLeadResponsibilityEntries(
        self, request: pb.ListLeadResponsibilityEntriesRequest, context: Any
    ) -> pb.ListLeadResponsibilityEntriesResponse:
        rows, token = queries.list_lead_responsibility_entries(
            request.lead_id, caller(), access.scope(), open_page(request)
        )
        return pb.ListLeadResponsibilityEntriesResponse(
            responsibility_entries=map(responsibility_entry_to_proto, rows), next_page_token=token
        )


def _owner(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "owner_id": row["owner_id"],
        "since": timestamp(row["since"]),
        "decided_by": row["decided_by"],
        "why": row["why"],
        "responsibility_entry": responsibility_entry_to_proto(row),
    }
