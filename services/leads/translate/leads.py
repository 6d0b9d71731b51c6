"""From stored values to protobuf and back. Rows come as they are stored, so lists need no documents."""

from collections.abc import Mapping
from datetime import datetime

from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1 import leads_service_pb2 as pb
from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.next_action import NextAction
from services.leads.domain.intake.draft import Intake
from services.leads.domain.intake.import_file import RowProblem
from services.leads.domain.person_copy import PersonCopy
from services.leads.domain.routing.candidates import LeaveSpan, SalespersonFacts, is_on_leave
from services.leads.domain.routing.routing_policy import PolicyChange, RoutingMode, RoutingPolicy
from services.leads.translate.lead_steps import steps_to_proto
from services.leads.translate.values import Row, moment, timestamp

_URGENCIES: "Mapping[str, pb.Urgency.ValueType]" = {
    "red": pb.URGENCY_RED,
    "yellow": pb.URGENCY_YELLOW,
    "green": pb.URGENCY_GREEN,
}
_URGENCY_WORDS = {number: word for word, number in _URGENCIES.items()}
_STATES: "Mapping[str, pb.LeadState.ValueType]" = {
    "new": pb.LEAD_STATE_NEW,
    "proposed": pb.LEAD_STATE_PROPOSED,
    "assigned": pb.LEAD_STATE_ASSIGNED,
    "contacted": pb.LEAD_STATE_CONTACTED,
    "closed": pb.LEAD_STATE_CLOSED,
    "unroutable": pb.LEAD_STATE_UNROUTABLE,
}
_STATE_WORDS = {number: word for word, number in _STATES.items()}
_MODES: "Mapping[str, pb.RoutingMode.ValueType]" = {"auto": pb.ROUTING_MODE_AUTO, "confirm": pb.ROUTING_MODE_CONFIRM}
_MODE_WORDS = {number: RoutingMode(word) for word, number in _MODES.items()}


def urgency_number(word: str) -> "pb.Urgency.ValueType":
    """red -> URGENCY_RED."""
    return _URGENCIES.get(word, pb.URGENCY_UNSPECIFIED)


def state_word(number: "pb.LeadState.ValueType") -> str:
    """LEAD_STATE_NEW -> new; unspecified is empty. Raises FieldProblem."""
    if number == pb.LEAD_STATE_UNSPECIFIED:
        return ""
    if number not in _STATE_WORDS:
        raise FieldProblem("state", "UNKNOWN_STATE", "未知状态", "unknown state")
    return _STATE_WORDS[number]


def mode_from(number: "pb.RoutingMode.ValueType", field: str) -> RoutingMode | None:
    """None when unspecified. Raises FieldProblem."""
    if number == pb.ROUTING_MODE_UNSPECIFIED:
        return None
    if number not in _MODE_WORDS:
        raise FieldProblem(field, "UNKNOWN_MODE", "未知模式", "unknown routing mode")
    return _MODE_WORDS[number]


def intake_from(request: pb.CreateLeadRequest) -> Intake:
    """What the request says about the lead."""
    return Intake(
        company=request.company,
        phone=request.phone,
        channel=request.channel,
        contact_name=request.contact_name,
        region=request.region,
        budget_range=request.budget_range,
        # A number that is no urgency is shown to the check as it is, and refused there.
        urgency="" if not request.urgency else _URGENCY_WORDS.get(request.urgency, str(request.urgency)),
        needs=tuple(request.needs),
        external_id=request.external_id,
    )


def next_action_from(message: pb.NextAction) -> NextAction | None:
    """The plan that the request carries; None when it carries none."""
    if not message.text and not message.HasField("due_time"):
        return None
    due_time = moment(message.due_time, "next_action.due_time") if message.HasField("due_time") else None
    return NextAction(message.text, due_time)


def lead_to_proto(row: Row) -> pb.Lead:
    """A stored lead."""
    planned = row.get("next_action")
    return pb.Lead(
        id=row["_id"],
        state=_STATES[row["state"]],
        account_id=row["account_id"],
        channel=row["channel"],
        company=row["company"],
        contact_name=row["contact_name"],
        phone=row["phone"],
        region=row["region"],
        budget_range=row["budget_range"],
        urgency=urgency_number(row["urgency"]),
        needs=row["needs"],
        external_id=row["external_id"],
        owner_id=row["owner_id"],
        candidates=[candidate_to_proto(candidate) for candidate in row["candidates"]],
        create_time=timestamp(row["create_time"]),
        assign_time=timestamp(row.get("assign_time")),
        first_contact_due_time=timestamp(row.get("first_contact_due_time")),
        contact_time=timestamp(row.get("contact_time")),
        summary=row["summary"],
        next_action=pb.NextAction(text=planned["text"], due_time=timestamp(planned["due_time"])) if planned else None,
        is_first_contact_breached=row["is_first_contact_breached"],
        version=row["version"],
        **steps_to_proto(row),
    )


def candidate_to_proto(candidate: Row) -> pb.RoutingCandidate:
    """A stored candidate with the reason for every point."""
    return pb.RoutingCandidate(
        salesperson_id=candidate["salesperson_id"],
        name=candidate["name"],
        score_milli=candidate["score_milli"],
        parts=[
            pb.ScorePart(name=part["name"], score_milli=part["score_milli"], explanation=part["explanation"])
            for part in candidate["parts"]
        ],
    )


def account_to_proto(row: Row) -> pb.Account:
    """A stored account."""
    return pb.Account(
        id=row["_id"],
        name=row["name"],
        phone=row["phone"],
        region=row["region"],
        owner_id=row["owner_id"],
        level=row["level"],
        attributes=row["attributes"],
        create_time=timestamp(row["create_time"]),
        version=row["version"],
        merged_into=row.get("merged_into") or "",
    )


def salesperson_to_proto(person: SalespersonFacts, at: datetime) -> pb.Salesperson:
    """A salesperson; `at` decides whether that person is on leave."""
    return pb.Salesperson(
        id=person.id,
        name=person.name,
        team_id=person.team_id,
        region=person.region,
        tags=sorted(person.tags),
        active=person.active,
        on_leave=is_on_leave(person.leaves, at),
        open_untouched_leads=person.open_untouched,
        untouched_leads_of_month=person.untouched_this_month,
        leads_of_month=person.assigned_this_month,
    )


def responsibility_entry_to_proto(row: Row) -> pb.ResponsibilityEntry:
    """A stored line of the responsibility log."""
    return pb.ResponsibilityEntry(
        id=row["_id"],
        kind=row.get("kind", ""),
        candidate_rank=row.get("candidate_rank", 0),
        reference=row.get("reference", ""),
        policy_version=row.get("policy_version", 0),
        reason=row.get("reason", ""),
        account_id=row["account_id"],
        lead_id=row["lead_id"],
        owner_id=row["owner_id"],
        previous_owner_id=row["previous_owner_id"],
        since=timestamp(row["since"]),
        decided_by=row["decided_by"],
        why=row["why"],
    )


def policy_to_proto(policy: RoutingPolicy, version: int) -> pb.RoutingPolicy:
    """The routing policy; version 0 is the one of defaults."""
    return pb.RoutingPolicy(
        mode=_MODES[policy.mode],
        untouched_cap=policy.untouched_cap,
        confirm_limit_minutes=policy.confirm_limit_minutes,
        first_contact_limit_minutes=policy.first_contact_limit_minutes,
        warn_after_bp=policy.warn_after_bp,
        weights_milli=dict(policy.weights_milli),
        version=version,
        tag_weights_milli=dict(policy.tag_weights_milli),
        attribute_weight_milli=policy.attribute_weight_milli,
        prior_deals=policy.prior_deals,
    )


def policy_change_from(message: pb.RoutingPolicy) -> PolicyChange:
    """What the request changes."""
    return PolicyChange(
        mode=mode_from(message.mode, "routing_policy.mode"),
        untouched_cap=message.untouched_cap,
        confirm_limit_minutes=message.confirm_limit_minutes,
        first_contact_limit_minutes=message.first_contact_limit_minutes,
        warn_after_bp=message.warn_after_bp,
        weights_milli=dict(message.weights_milli),
        tag_weights_milli=dict(message.tag_weights_milli),
        attribute_weight_milli=message.attribute_weight_milli,
        prior_deals=message.prior_deals,
    )


def person_from(event: PersonChanged) -> PersonCopy:
    """What leads wants to know of a person."""
    return PersonCopy(
        person_id=event.person_id,
        name=event.name,
        team_id=event.team_id,
        region=event.region,
        roles=frozenset(event.roles),
        tags=tuple(event.tags),
        active=event.active,
        supervisor_id=event.supervisor_id,
        leaves=tuple(
            LeaveSpan(moment(leave.start_time, "leaves.start_time"), moment(leave.end_time, "leaves.end_time"))
            for leave in event.leaves
        ),
        version=event.version,
    )


def row_problem_to_proto(found: RowProblem) -> pb.RowProblem:
    """Why a row of an import did not go in."""
    return pb.RowProblem(
        row=found.row,
        field=found.problem.field,
        reason=found.problem.problem,
        description=found.problem.description,
    )
