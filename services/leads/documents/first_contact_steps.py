"""What a lead keeps of its first contact, and the steps that move it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import mongoengine

from chassis.documents import PlainField
from chassis.writes import Write
from services.leads.announcements import first_contact as announcements
from services.leads.announcements.leads import lead_contacted
from services.leads.documents.deadline_kinds import BREACH, MOVE, RESUME, WARNING
from services.leads.domain.first_contact.board import waits_for
from services.leads.domain.first_contact.errors import FirstContactNotOpen, PauseUsedUp
from services.leads.domain.first_contact.follow_up import (
    FirstContactRules,
    Pause,
    first_contact_plan,
    is_in_time,
    pause_end,
)
from services.leads.domain.first_contact.next_action import NextAction
from services.leads.domain.lead_state import LeadState
from services.leads.domain.routing.candidates import SalespersonFacts

if TYPE_CHECKING:
    from chassis.documents import Aggregate as _Document
else:
    _Document = object  # a mixin: mongoengine takes its fields over into the document that it is mixed into

PAUSES = 50
# What has happened to the present owner already; none of it happens twice.
WARNED, BREACHED, LAPSED, STRANDED = "warned", "breached", "lapsed", "stranded"
# Nothing is still to come.
OVER = frozenset({LAPSED, STRANDED})
_STILL_TO_COME = {"": (WARNING, BREACH, MOVE), WARNED: (BREACH, MOVE), BREACHED: (MOVE,)}


class FirstContactSteps(_Document):
    """The first contact of a lead: due, warned, breached, paused, moved, made."""

    if TYPE_CHECKING:
        state: str
        urgency: str
        owner_id: str
        supervisor_id: str

    # The present owner has it since then; a move starts the time again.
    assign_time: datetime | None = mongoengine.DateTimeField()
    first_contact_warn_time: datetime | None = mongoengine.DateTimeField()
    first_contact_due_time: datetime | None = mongoengine.DateTimeField()
    # The second limit; None when the lead never moves.
    first_contact_move_time: datetime | None = mongoengine.DateTimeField()
    first_contact_step: str = mongoengine.StringField(default="")
    # A WaitsFor while the first contact is due, derived with each write; unset before and after.
    waits_for: str | None = mongoengine.StringField()
    # The version of the rules that the times were computed by.
    first_contact_rules_version: int = mongoengine.IntField(default=0)
    # True when a time reaches into a year whose holidays nobody told.
    is_calendar_assumed: bool = mongoengine.BooleanField(default=False)
    # {start_time, end_time, by, why}; of the last one end_time is None while it lasts.
    first_contact_pauses: list[dict[str, Any]] = PlainField(default=list)
    # True for good: some owner let the limit pass.
    is_first_contact_breached: bool = mongoengine.BooleanField(default=False)
    # How often the lead moved on, and away from whom, in that order.
    moves: int = mongoengine.IntField(default=0)
    moved_from: list[str] = PlainField(default=list)
    # The standard path: created -> contacted -> summary -> next action.
    contact_time: datetime | None = mongoengine.DateTimeField()
    summary: str = mongoengine.StringField(default="")
    next_action: dict[str, Any] | None = PlainField()
    next_action_time: datetime | None = mongoengine.DateTimeField()
    # None until the contact; in time means before anybody's limit was over.
    contact_in_time: bool | None = mongoengine.BooleanField()
    path_complete: bool = mongoengine.BooleanField(default=False)
    path_in_time: bool = mongoengine.BooleanField(default=False)

    def prepare_write(self, why: str) -> Write | None:
        """The board finds the lead by what it waits for."""
        is_due = self.state == LeadState.ASSIGNED
        is_stranded = self.first_contact_step == STRANDED
        self.waits_for = waits_for(is_paused=self.is_paused, is_stranded=is_stranded).value if is_due else None
        return super().prepare_write(why)

    @property
    def is_paused(self) -> bool:
        """Whether the lead waits for its customer."""
        return bool(self.first_contact_pauses) and self.first_contact_pauses[-1]["end_time"] is None

    def require_first_contact_open(self) -> None:
        """Raises FirstContactNotOpen."""
        if self.state != LeadState.ASSIGNED:
            raise FirstContactNotOpen("no first contact is due for this lead", lead_state=self.state)

    def start_first_contact(self, rules: FirstContactRules, at: datetime) -> None:
        """The owner has the lead since `at` (UTC)."""
        self.assign_time = at
        self.first_contact_step = ""
        self._end_pause(at)
        self.plan_first_contact(rules, at)

    def plan_first_contact(self, rules: FirstContactRules, not_before: datetime) -> None:
        """Compute what is still to come; nothing of it is due before `not_before` (UTC)."""
        self.first_contact_rules_version = rules.version
        if self.assign_time is None or self.first_contact_step in OVER:
            return
        limit, measure = rules.limit_for(self.urgency), rules.measure_for(self.urgency)
        if self.is_paused:
            *earlier, running = self._pauses()
            self.schedule(RESUME, max(pause_end(running.start, earlier, limit, measure) or not_before, not_before))
            return
        breached_at = self.first_contact_due_time if self.first_contact_step == BREACHED else None
        plan = first_contact_plan(
            self.assign_time, limit, measure, self._pauses(), breached_at=breached_at, not_before=not_before
        )
        coming = _STILL_TO_COME[self.first_contact_step]
        if WARNING in coming:
            self.first_contact_warn_time = plan.warn_time
        self.first_contact_due_time, self.first_contact_move_time = plan.due_time, plan.move_time
        self.is_calendar_assumed = rules.is_assumed(self.urgency, plan.move_time or plan.due_time)
        for kind, due_time in ((WARNING, plan.warn_time), (BREACH, plan.due_time), (MOVE, plan.move_time)):
            if due_time is None or kind not in coming:
                self.cancel(kind)
            else:
                self.schedule(kind, due_time)

    def warn(self, planned_time: datetime) -> None:
        """Most of the time for the first contact has passed."""
        self.first_contact_step = WARNED
        self.emit(announcements.first_contact_warned(self, planned_time))

    def breach(self, planned_time: datetime) -> None:
        """The time for the first contact is over."""
        self.first_contact_step = BREACHED
        self.is_first_contact_breached = True
        self.emit(announcements.first_contact_breached(self, planned_time))

    def lapse(self, planned_time: datetime) -> None:
        """The second limit is over: the lead waits for being moved, which changes other documents too."""
        self.first_contact_step = LAPSED
        self.emit(announcements.first_contact_lapsed(self, planned_time))

    def strand(self, reason: str, at: datetime) -> None:
        """It cannot move on: it keeps its owner, and the supervisor decides."""
        self.first_contact_step = STRANDED
        self.emit(announcements.lead_stranded(self, reason, at))

    def move_to(self, owner: SalespersonFacts, rules: FirstContactRules, reasons: dict[str, str], at: datetime) -> None:
        """The lead has a new owner since `at` (UTC), whose time starts then."""
        previous = self.owner_id
        self.moves += 1
        self.moved_from = [*self.moved_from, previous]
        self.owner_id, self.supervisor_id = owner.id, owner.supervisor_id
        self.start_first_contact(rules, at)
        self.emit(announcements.lead_moved(self, previous, owner.team_id, reasons, at))

    def pause(self, why: str, by: str, rules: FirstContactRules, at: datetime) -> None:
        """Stop the time from `at` (UTC) until the customer answers or the cap is reached. Raises PauseUsedUp."""
        end = pause_end(at, self._pauses(), rules.limit_for(self.urgency), rules.measure_for(self.urgency))
        if end is None or len(self.first_contact_pauses) >= PAUSES:
            raise PauseUsedUp("this lead has waited for its customer as long as the policy allows")
        if self.first_contact_step == LAPSED:
            self.first_contact_step = BREACHED
        self.first_contact_pauses = [
            *self.first_contact_pauses,
            {"start_time": at, "end_time": None, "by": by, "why": why},
        ]
        self.stop_first_contact()
        self.schedule(RESUME, end)
        self.emit(announcements.first_contact_paused(self, end))

    def resume(self, rules: FirstContactRules, at: datetime) -> None:
        """The time runs on from `at` (UTC), where it stood when it was paused."""
        self._end_pause(at)
        self.cancel(RESUME)
        self.plan_first_contact(rules, at)
        self.emit(announcements.first_contact_resumed(self, at))

    def stop_first_contact(self) -> None:
        """Nobody is warned any more."""
        for kind in (WARNING, BREACH, MOVE, RESUME):
            self.cancel(kind)

    def contact(self, summary: str, next_action: NextAction | None, at: datetime) -> None:
        """Record the first contact at `at` (UTC); nobody is warned any more."""
        self.state = LeadState.CONTACTED
        self.contact_time = at
        self.summary = summary
        # While it waits for the customer, nothing is due.
        due_time = None if self.is_paused else self.first_contact_due_time
        self.contact_in_time = not self.is_first_contact_breached and is_in_time(at, due_time)
        self._end_pause(at)
        self.stop_first_contact()
        if next_action is not None:
            self._complete_path(next_action, at, in_time=self.contact_in_time)
        self.emit(lead_contacted(self, self.contact_in_time))

    def plan_next_action(self, next_action: NextAction, at: datetime) -> None:
        """What the owner does next; the first one completes the standard path, in time when the limit still ran."""
        in_time = bool(self.contact_in_time) and is_in_time(at, self.first_contact_due_time)
        self._complete_path(next_action, at, in_time=in_time)

    def _complete_path(self, next_action: NextAction, at: datetime, *, in_time: bool) -> None:
        self.next_action = {"text": next_action.text, "due_time": next_action.due_time}
        if self.next_action_time is None:
            self.next_action_time = at
            self.path_complete, self.path_in_time = True, in_time

    def _end_pause(self, at: datetime) -> None:
        if self.is_paused:
            *earlier, running = self.first_contact_pauses
            self.first_contact_pauses = [*earlier, {**running, "end_time": max(at, running["start_time"])}]

    def _pauses(self) -> list[Pause]:
        return [Pause(each["start_time"], each["end_time"]) for each in self.first_contact_pauses]
