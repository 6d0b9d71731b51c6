"""Which event tells whom what: one table of data, read by the worker.

Texts such as "leads/{lead_id}" are filled from the event's fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told. `people` are fields with a person's id, or with several; `roles` are told as well, those of the
    event's region only when `in_region` is set. `role_field` names the role that is told when none of `people` is
    filled."""

    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    in_region: bool = False
    role_field: str = ""


@dataclass(frozen=True, slots=True)
class CardPlan:
    """The task card that the event opens or moves.

    Events with the same `key` move the same card, and only upwards in `level`: an event that arrives late changes
    nothing. `levels` reads the level from the field `level_field`. From `escalates_at` on the card is escalated,
    and the supervisors of the people in the audience see it too.
    """

    key: str
    level: int = 1
    level_field: str = ""
    levels: Mapping[str, int] = field(default_factory=dict)
    escalates_at: int = 100

    def level_of(self, fields: Mapping[str, Any]) -> int:
        """The level of one event."""
        value = fields.get(self.level_field)
        word = value.get("word") if isinstance(value, Mapping) else value
        return self.levels.get(str(word), self.level)


@dataclass(frozen=True, slots=True)
class Notice:
    """What one event type tells. `words` maps fields with a coded value to the family of their words in the
    catalogue; `closes` are keys of cards that are done now."""

    template: str
    subject: str
    audience: Audience
    card: CardPlan | None = None
    closes: tuple[str, ...] = ()
    critical: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


_RECEIVABLE = "receivable/{contract_id}/{instalment_number}"
_APPROVAL = "approval/{quote_id}/{quote_version}/{step}"
_ROUTING = "lead_routing/{lead_id}"
_UNROUTABLE = "lead_unroutable/{lead_id}"
_FIRST_CONTACT = "first_contact/{lead_id}"
_STRANDED = "lead_stranded/{lead_id}"
_SUCCESS = "success/{task_id}"
_CONFLICT = "ownership_conflict/{conflict_id}"
_HAND_OVER = "hand_over/{salesperson_id}"
_NEXT_ACTION = "next_action/{visit_id}/{revision}"
_REORDER = "reorder/{account_id}/{sku}/{cause}/{occurrence}"
_NURTURE = "nurture/{nurture_run_id}/{step_number}"
_SILENCE = "silence/{account_id}/{silence_number}"

NOTICES: Mapping[str, Notice] = {
    "lead_assigned.v1": Notice(
        "lead_assigned", "leads/{lead_id}", Audience(people=("owner_id",)), closes=(_ROUTING, _UNROUTABLE),
    ),
    "lead_routing_proposed.v1": Notice(
        "lead_routing_proposed", "leads/{lead_id}", Audience(roles=(SUPERVISOR,), in_region=True),
        card=CardPlan(_ROUTING),
    ),
    "lead_unroutable.v1": Notice(
        "lead_unroutable", "leads/{lead_id}", Audience(roles=(SUPERVISOR,), in_region=True),
        card=CardPlan(_UNROUTABLE),
    ),
    "first_contact_warned.v1": Notice(
        "first_contact_warned", "leads/{lead_id}", Audience(people=("owner_id",)), critical=True,
    ),
    "first_contact_breached.v1": Notice(
        "first_contact_breached", "leads/{lead_id}", Audience(people=("owner_id", "supervisor_id")),
        card=CardPlan(_FIRST_CONTACT), critical=True,
    ),
    "lead_moved.v1": Notice(
        "lead_moved", "leads/{lead_id}", Audience(people=("owner_id", "previous_owner_id", "supervisor_id")),
        closes=(_FIRST_CONTACT, _STRANDED), critical=True,
    ),
    "lead_stranded.v1": Notice(
        "lead_stranded", "leads/{lead_id}",
        Audience(people=("supervisor_id", "owner_id"), roles=(SUPERVISOR,), in_region=True),
        card=CardPlan(_STRANDED, escalates_at=1), critical=True, words={"reason": "stranded"},
    ),
    "work_calendar_ending.v1": Notice(
        "work_calendar_ending", "workCalendar", Audience(roles=("admin", "director")),
        card=CardPlan("work_calendar/{missing_year}"),
    ),
    "approval_requested.v1": Notice(
        "approval_requested", "quotes/{quote_id}", Audience(people=("approver_id",), role_field="role"),
        card=CardPlan(_APPROVAL), words={"step": "step"},
    ),
    "approval_decided.v1": Notice(
        "approval_decided", "quotes/{quote_id}", Audience(people=("owner_id",)),
        closes=(_APPROVAL,), words={"step": "step", "decision": "decision"},
    ),
    "approval_overdue.v1": Notice(
        "approval_overdue", "quotes/{quote_id}", Audience(people=("approver_id",), role_field="role"),
        card=CardPlan(_APPROVAL, level=2, escalates_at=2), critical=True, words={"step": "step"},
    ),
    "quote_approved.v1": Notice("quote_approved", "quotes/{quote_id}", Audience(people=("owner_id",))),
    "quote_signed.v1": Notice(
        "quote_signed", "quotes/{quote_id}", Audience(people=("owner_id",), roles=("finance",)),
    ),
    "payment_recorded.v1": Notice(
        "payment_recorded", "payments/{payment_id}", Audience(people=("owner_id",), roles=("finance",)),
    ),
    "receivable_overdue.v1": Notice(
        "receivable_overdue", "contracts/{contract_id}", Audience(people=("owner_id",), roles=("finance", "legal")),
        card=CardPlan(
            _RECEIVABLE,
            level_field="radar_state",
            levels={"radar_state_due": 1, "radar_state_yellow": 2, "radar_state_red": 3},
            escalates_at=3,
        ),
        critical=True,
    ),
    "receivable_settled.v1": Notice(
        "receivable_settled", "contracts/{contract_id}", Audience(people=("owner_id",)), closes=(_RECEIVABLE,),
    ),
    "success_task_opened.v1": Notice(
        "success_task_opened", "successTasks/{task_id}",
        Audience(people=("owner_id",), roles=("customer_success",)),
        card=CardPlan(_SUCCESS), words={"kind": "success"},
    ),
    "ownership_conflict_opened.v1": Notice(
        "ownership_conflict_opened", "ownershipConflicts/{conflict_id}",
        Audience(people=("owner_id", "supervisor_id"), roles=(SUPERVISOR, "regional_manager"), in_region=True),
        card=CardPlan(_CONFLICT),
    ),
    "ownership_conflict_decided.v1": Notice(
        "ownership_conflict_decided", "ownershipConflicts/{conflict_id}",
        Audience(people=("owner_id", "previous_owner_id", "claimant_ids")), closes=(_CONFLICT,),
    ),
    "accounts_await_hand_over.v1": Notice(
        "accounts_await_hand_over", "salespeople/{salesperson_id}",
        Audience(people=("supervisor_id",), roles=("regional_manager",), in_region=True),
        card=CardPlan(_HAND_OVER),
    ),
    "hand_over_finished.v1": Notice(
        "hand_over_finished", "handOvers/{hand_over_id}", Audience(people=("supervisor_id", "requested_by")),
        closes=("hand_over/{from_id}",),
    ),
    "accounts_received.v1": Notice(
        "accounts_received", "handOvers/{hand_over_id}", Audience(people=("owner_id",)),
    ),
    "next_action_planned.v1": Notice(
        "next_action_planned", "visits/{visit_id}", Audience(people=("owner_id",)),
        card=CardPlan(_NEXT_ACTION),
    ),
    "reorder_due.v1": Notice(
        "reorder_due", "accounts/{account_id}", Audience(people=("owner_id",)), card=CardPlan(_REORDER),
    ),
    "nurture_step_due.v1": Notice(
        "nurture_step_due", "accounts/{account_id}", Audience(people=("owner_id",)), card=CardPlan(_NURTURE),
    ),
    "engagement_heated.v1": Notice(
        "engagement_heated", "accounts/{account_id}", Audience(people=("owner_id",)), critical=True,
    ),
    "account_silent.v1": Notice(
        "account_silent", "accounts/{account_id}",
        Audience(people=("owner_id",), roles=("customer_success",)), card=CardPlan(_SILENCE),
    ),
    "suggestion_answered.v1": Notice(
        "suggestion_answered", "suggestions/{suggestion_id}", Audience(people=("author_id",)),
    ),
    "weekly_three_left.v1": Notice("weekly_three_left", "weeklyThree", Audience(people=("person_id",))),
    "lead_import_finished.v1": Notice(
        "lead_import_finished", "leadImports/{import_id}", Audience(people=("created_by",)), words={"state": "import"},
    ),
    "account_merged.v1": Notice(
        "account_merged", "accounts/{winner_id}", Audience(people=("owner_id", "previous_owner_id")),
    ),
    "account_merge_undone.v1": Notice(
        "account_merge_undone", "accounts/{loser_id}", Audience(people=("owner_id", "winner_owner_id")),
    ),
}  # fmt: skip
# Events that tell nobody anything, and only close cards.
CLOSING: Mapping[str, tuple[str, ...]] = {
    "lead_contacted.v1": (_FIRST_CONTACT, _STRANDED),
    "lead_closed.v1": (_FIRST_CONTACT, _STRANDED, _ROUTING, _UNROUTABLE),
    "next_action_completed.v1": (_NEXT_ACTION,),
    "reorder_settled.v1": (_REORDER,),
    "success_task_completed.v1": (_SUCCESS,),
    "account_heard.v1": (_SILENCE,),
}
# Fields whose person's name the texts may use, as "<field>_name".
NAMED_PEOPLE = (
    "owner_id",
    "previous_owner_id",
    "approver_id",
    "decided_by",
    "supervisor_id",
    "claimant_id",
    "author_id",
    "person_id",
)


def fill(pattern: str, fields: Mapping[str, Any]) -> str:
    """ "leads/{lead_id}" with the event's fields. Raises KeyError when a field is missing."""
    return pattern.format_map(fields)


def person_ids(audience: Audience, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The people whom the event names, each once."""
    values = [fields.get(name) for name in audience.people]
    listed = (value["names"] if isinstance(value, Mapping) else [value] for value in values)
    named = (str(each or "") for each in chain.from_iterable(listed))
    return tuple(dict.fromkeys(person for person in named if person))


def roles_told(audience: Audience, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The roles of which everybody is told."""
    if audience.role_field and not person_ids(audience, fields):
        role = str(fields.get(audience.role_field) or "")
        return (*audience.roles, role) if role else audience.roles
    return audience.roles
