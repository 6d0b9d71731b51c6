"""Ownership from stored values to protobuf and back."""

from collections.abc import Mapping
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from saleloop.leads.v1 import ownership_service_pb2 as pb
from services.leads.commands.ownership.claim_account import ClaimOutcome
from services.leads.commands.ownership.hand_over import HandOverWish
from services.leads.documents import HandOver, OwnershipConflict, PolicyVersion
from services.leads.documents.hand_over import HandOverKind
from services.leads.domain.errors import FieldProblem
from services.leads.domain.routing.fairness import Fairness
from services.leads.domain.routing.replay import Replay
from services.leads.queries.responsibility import REASONS, DeciderCount
from services.leads.translate.leads import policy_to_proto
from services.leads.translate.values import Row, moment, timestamp

SHOWN_LEADS = 200
_OUTCOMES: "Mapping[str, pb.ClaimOutcome.ValueType]" = {
    "owned": pb.CLAIM_OUTCOME_OWNED,
    "unchanged": pb.CLAIM_OUTCOME_UNCHANGED,
    "conflict": pb.CLAIM_OUTCOME_CONFLICT,
}
_CONFLICT_STATES: "Mapping[str, pb.ConflictState.ValueType]" = {
    "open": pb.CONFLICT_STATE_OPEN,
    "decided": pb.CONFLICT_STATE_DECIDED,
}
_KINDS: "Mapping[str, pb.HandOverKind.ValueType]" = {
    "leave": pb.HAND_OVER_KIND_LEAVE,
    "departure": pb.HAND_OVER_KIND_DEPARTURE,
}
_STATES: "Mapping[str, pb.HandOverState.ValueType]" = {
    "running": pb.HAND_OVER_STATE_RUNNING,
    "done": pb.HAND_OVER_STATE_DONE,
    "returning": pb.HAND_OVER_STATE_RETURNING,
    "returned": pb.HAND_OVER_STATE_RETURNED,
}


def time_from(message: Timestamp, is_set: bool, field: str) -> datetime | None:
    """None when unset. Raises FieldProblem."""
    return moment(message, field) if is_set else None


def policy_version_to_proto(version: PolicyVersion) -> pb.RoutingPolicyVersion:
    """One version of the policy."""
    return pb.RoutingPolicyVersion(
        routing_policy=policy_to_proto(version.policy, version.number),
        changed_by=version.changed_by,
        change_time=timestamp(version.change_time),
        why=version.why,
        rolled_back_to=version.rolled_back_to or 0,
        is_roll_back=version.rolled_back_to is not None,
    )


def replay_to_proto(found: Replay, names: Mapping[str, str]) -> pb.PreviewRoutingPolicyResponse:
    """What another policy would have done; `names` are those of the people."""
    people = sorted({*found.before, *found.after})
    return pb.PreviewRoutingPolicyResponse(
        leads=len(found.replayed),
        changed_bp=found.changed_bp,
        unroutable=found.unroutable,
        before=_fairness(found.fairness_before),
        after=_fairness(found.fairness_after),
        people=[
            pb.PersonShare(
                salesperson_id=person_id,
                name=names.get(person_id, ""),
                before=found.before.get(person_id, 0),
                after=found.after.get(person_id, 0),
            )
            for person_id in people
        ],
        replayed_leads=[
            pb.ReplayedLead(
                lead_id=each.lead.lead_id,
                company=each.lead.company,
                owner_id=each.lead.owner_id,
                would_be_owner_id=each.would_be_owner_id,
                score_milli=each.score_milli,
            )
            for each in found.replayed[:SHOWN_LEADS]
        ],
    )


def _fairness(found: Fairness) -> pb.Fairness:
    return pb.Fairness(
        fewest=found.fewest,
        most=found.most,
        spread=found.spread,
        standard_deviation_milli=found.standard_deviation_milli,
        gini_bp=found.gini_bp,
    )


def decider_to_proto(count: DeciderCount) -> pb.DeciderCount:
    """What one supervisor decided, with the most frequent reasons first."""
    reasons = sorted(count.reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:REASONS]
    return pb.DeciderCount(
        decided_by=count.decided_by,
        decisions=count.decisions,
        first=count.by_rank[1],
        second=count.by_rank[2],
        third=count.by_rank[3],
        not_offered=count.by_rank[0],
        override_bp=count.override_bp,
        reasons=[pb.ReasonCount(why=why, count=number) for why, number in reasons],
    )


def outcome_number(outcome: ClaimOutcome) -> "pb.ClaimOutcome.ValueType":
    """owned -> CLAIM_OUTCOME_OWNED."""
    return _OUTCOMES[outcome]


def conflict_state_word(number: "pb.ConflictState.ValueType") -> str:
    """CONFLICT_STATE_OPEN -> open; unspecified is empty. Raises FieldProblem."""
    words = {value: word for word, value in _CONFLICT_STATES.items()}
    if number and number not in words:
        raise FieldProblem("state", "UNKNOWN_STATE", "未知状态", "unknown state")
    return words.get(number, "")


def conflict_to_proto(conflict: OwnershipConflict) -> pb.OwnershipConflict:
    """A stored conflict."""
    return pb.OwnershipConflict(
        id=conflict.id,
        state=_CONFLICT_STATES[conflict.state],
        account_id=conflict.account_id,
        company=conflict.company,
        region=conflict.region,
        owner_id=conflict.owner_id,
        claims=[
            pb.AccountClaim(
                salesperson_id=claim["salesperson_id"],
                evidence=claim["evidence"],
                claim_time=timestamp(claim["claim_time"]),
            )
            for claim in conflict.claims
        ],
        open_time=timestamp(conflict.open_time),
        decided_owner_id=conflict.decided_owner_id,
        decided_by=conflict.decided_by,
        decide_time=timestamp(conflict.decide_time),
        why=conflict.why,
        version=conflict.version,
    )


def hand_over_wish_from(request: pb.HandOverRequest) -> HandOverWish:
    """What the request asks for. Raises FieldProblem."""
    kinds = {number: HandOverKind(word) for word, number in _KINDS.items()}
    if request.kind not in kinds:
        raise FieldProblem("kind", "UNKNOWN_KIND", "请选择休假或离职", "say whether it is a leave or a departure")
    return HandOverWish(
        from_id=request.from_id,
        kind=kinds[request.kind],
        to_ids=tuple(request.to_ids),
        return_time=time_from(request.return_time, request.HasField("return_time"), "return_time"),
        why=request.why,
    )


def hand_over_to_proto(found: HandOver) -> pb.HandOverProgress:
    """A stored hand-over."""
    return pb.HandOverProgress(
        id=found.id,
        kind=_KINDS[found.kind],
        state=_STATES[found.state],
        from_id=found.from_id,
        to_ids=found.to_ids,
        why=found.why,
        requested_by=found.requested_by,
        request_time=timestamp(found.request_time),
        return_time=timestamp(found.return_time),
        accounts=found.accounts,
        moved_accounts=found.moved_accounts,
        moved_followers=found.moved_followers,
        left_accounts=found.left_accounts,
        returned_accounts=found.returned_accounts,
        finish_time=timestamp(found.finish_time),
    )


def waiting_to_proto(row: Row) -> pb.WaitingHandOver:
    """Somebody who left."""
    return pb.WaitingHandOver(
        salesperson_id=row["_id"],
        name=row["name"],
        supervisor_id=row["supervisor_id"],
        accounts=row["accounts"],
        open_leads=row["open_leads"],
        lead_ids=row["lead_ids"],
    )
