"""When the first contact is due, when its owner is warned, and when the lead moves on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.leads.domain.first_contact.sla_policy import Counted, Limits, SlaLimit, default_limits
from services.leads.domain.first_contact.work_calendar import Measure, WallClock, WorkCalendar
from services.leads.domain.intake.draft import Urgency

_WALL_CLOCK = WallClock()


@dataclass(frozen=True)
class Pause:
    """A span in which the lead waited for its customer, both UTC; `end` None while it still does."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class FirstContactPlan:
    """The three moments of one owner's first contact (UTC); `move_time` None when the lead never moves."""

    warn_time: datetime
    due_time: datetime
    move_time: datetime | None


@dataclass(frozen=True)
class FirstContactRules:
    """Everything that the moments are computed from; `version` grows with every change of it."""

    limits: Limits = field(default_factory=lambda: default_limits(24 * 60, 8_000))
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    version: int = 0

    def limit_for(self, urgency: str) -> SlaLimit:
        """The limit of the leads of this urgency; a lead without a known one waits like a green one."""
        known: Mapping[str, SlaLimit] = {word.value: limit for word, limit in self.limits.items()}
        return known.get(urgency, self.limits[Urgency.GREEN])

    def measure_for(self, urgency: str) -> Measure:
        """What the limit of this urgency counts."""
        return self.calendar if self.limit_for(urgency).counted is Counted.WORKING_TIME else _WALL_CLOCK

    def is_assumed(self, urgency: str, moment: datetime) -> bool:
        """Whether `moment` was computed over days whose holidays nobody told."""
        return self.limit_for(urgency).counted is Counted.WORKING_TIME and not self.calendar.knows(moment)


def first_contact_plan(
    start: datetime,
    limit: SlaLimit,
    measure: Measure,
    pauses: Sequence[Pause] = (),
    *,
    breached_at: datetime | None = None,
    not_before: datetime | None = None,
) -> FirstContactPlan:
    """The moments of an owner who has the lead since `start`: first contact due after `limit.limit`, and so on.

    `pauses` (ended ones, ascending) do not count. `breached_at` is when the limit was over, if it was: the lead moves
    from there. `not_before` is when the rules changed: nothing becomes late before they did, and whoever is late by the
    new rules has the whole second limit left.
    """
    earliest = not_before or start
    warn_time = max(_after(start, limit.warn_after, pauses, measure), earliest)
    due_time = breached_at or max(_after(start, limit.limit, pauses, measure), earliest)
    if not limit.move_after:
        return FirstContactPlan(warn_time, due_time, None)
    return FirstContactPlan(warn_time, due_time, max(_after(due_time, limit.move_after, pauses, measure), earliest))


def pause_end(start: datetime, earlier: Sequence[Pause], limit: SlaLimit, measure: Measure) -> datetime | None:
    """When a pause that starts now ends by itself (UTC); None when the earlier ones have used up the cap."""
    used = sum((measure.between(pause.start, pause.end) for pause in earlier if pause.end), timedelta())
    left = limit.pause_cap - used
    return measure.add(start, left) if left > timedelta() else None


def is_in_time(contacted_at: datetime, due_at: datetime | None) -> bool:
    """A contact at the due minute itself is in time; without a due time nothing can be late."""
    return due_at is None or contacted_at <= due_at


def _after(start: datetime, amount: timedelta, pauses: Sequence[Pause], measure: Measure) -> datetime:
    """`amount` of counted time after `start`, with the pauses left out."""
    begin, rest = start, amount
    for pause in pauses:
        if pause.end is None or pause.end <= begin:
            continue
        until_pause = measure.between(begin, pause.start)
        if rest <= until_pause:
            break
        rest -= until_pause
        begin = max(begin, pause.end)
    return measure.add(begin, rest)
