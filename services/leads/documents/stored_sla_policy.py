"""The limits of the first contact and the work calendar as they are stored: one document for the installation."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import mongoengine
from pymongo.client_session import ClientSession

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import first_contact as announcements
from services.leads.domain.first_contact.sla_policy import Counted, LimitChange, Limits, SlaLimit, default_limits
from services.leads.domain.first_contact.work_calendar import WorkCalendar, WorkHours, days_known
from services.leads.domain.intake.draft import Urgency

SLA_POLICY_ID = "sla_policy"
# Looks every day how far the calendar reaches.
CALENDAR_CHECK = "calendar_check"
# Plans the leads again that were being assigned by the old rules while these came in.
SECOND_LOOK = "rules_second_look"
_CHECK_EVERY = timedelta(days=1)
# Longer than any transaction may take.
_SECOND_LOOK_AFTER = timedelta(seconds=10)
_TELL_AT_DAYS = (90, 30, 7)


class StoredSlaPolicy(Aggregate):
    """Limits by urgency, working hours, and days set by hand; until somebody sets a limit the default one holds."""

    meta: ClassVar[dict[str, Any]] = {"collection": "sla_policies"}

    # Grows with each change of the rules, unlike `version`, which the daily check moves too.
    rules_version: int = mongoengine.IntField(default=0)
    # Since when they hold.
    change_time: datetime | None = mongoengine.DateTimeField()
    # By urgency, only those that somebody set.
    limits: dict[str, dict[str, Any]] = PlainField(default=dict)
    time_zone: str = mongoengine.StringField(default=WorkHours.time_zone)
    spans: list[list[int]] = PlainField(default=lambda: [list(span) for span in WorkHours.spans])
    # By ISO date: {is_working, name, why, by}.
    days: dict[str, dict[str, Any]] = PlainField(default=dict)
    # The years whose holidays were given by hand.
    given_years: list[int] = PlainField(default=list)
    # The last year that the library knew when it was looked at, and the last warning: [missing year, days].
    library_year: int = mongoengine.IntField(default=0)
    ending_told: list[int] = PlainField(default=list)

    @classmethod
    def current(cls, session: ClientSession | None = None) -> "StoredSlaPolicy":
        """The stored policy, or one of defaults that is not stored (version 0)."""
        return cls.find(SLA_POLICY_ID, session=session) or cls(id=SLA_POLICY_ID)

    def limits_over(self, limit_minutes: int, warn_after_bp: int) -> Limits:
        """The limits as the rules see them; the two numbers are for urgencies that nobody set."""
        defaults = default_limits(limit_minutes, warn_after_bp)
        return {urgency: self._limit(urgency, defaults[urgency]) for urgency in Urgency}

    def calendar_over(self, library_days: Mapping[date, bool], library_years: frozenset[int]) -> WorkCalendar:
        """The days of the library with those set by hand on top."""
        own_days = {date.fromisoformat(day): bool(row["is_working"]) for day, row in self.days.items()}
        # Without days of its own it shares the library's, which are many.
        days = {**library_days, **own_days} if own_days else library_days
        hours = WorkHours(self.time_zone, tuple((opening, closing) for opening, closing in self.spans))
        return WorkCalendar(hours, days, library_years.union(self.given_years))

    @property
    def counts_working_time(self) -> bool:
        """Whether a limit that somebody set needs the calendar."""
        return any(row["counted"] == Counted.WORKING_TIME for row in self.limits.values())

    def set_limit(self, urgency: Urgency, change: LimitChange, present: SlaLimit) -> None:
        """Change what is given; the rest stays as it is at `present`. Raises FieldProblem."""
        limit = change.applied_to(present)
        self.limits = {**self.limits, urgency.value: {**vars(limit), "counted": limit.counted.value}}

    def set_hours(self, hours: WorkHours) -> None:
        """When work is done."""
        self.time_zone, self.spans = hours.time_zone, [list(span) for span in hours.spans]

    def set_days(self, days: Mapping[date, tuple[bool, str]], *, why: str, by: str) -> None:
        """Whether work is done on these days, each with its name."""
        rows = {
            day.isoformat(): {"is_working": is_working, "name": name, "why": why, "by": by}
            for day, (is_working, name) in days.items()
        }
        self.days = {**self.days, **rows}

    def drop_day(self, day: date) -> bool:
        """The day follows the library or the weekday again. False when nobody had set it."""
        rest = {key: row for key, row in self.days.items() if key != day.isoformat()}
        is_there = len(rest) < len(self.days)
        self.days = rest
        return is_there

    def change_rules(self, library_year: int, at: datetime) -> None:
        """The rules are other ones since `at` (UTC): all open deadlines are planned again."""
        self.rules_version += 1
        self.change_time = at
        self.library_year = library_year
        if not self.counts_working_time:
            self.cancel(CALENDAR_CHECK)
        elif self.deadline(CALENDAR_CHECK) is None:
            self.schedule(CALENDAR_CHECK, at + _CHECK_EVERY)
        self.look_again(at)
        self.schedule(SECOND_LOOK, at + _SECOND_LOOK_AFTER)

    def look_again(self, at: datetime) -> None:
        """Have the open deadlines planned that were not planned by these rules."""
        self.emit(announcements.first_contact_rules_changed(at))

    def check_calendar(self, calendar: WorkCalendar, library_year: int, at: datetime) -> None:
        """Tell well ahead that the known days end, and plan again when the library has learnt a year."""
        if library_year != self.library_year:
            self.change_rules(library_year, at)
        days_left = days_known(calendar, at)
        missing_year = calendar.local_date(at + timedelta(days=days_left)).year
        told = self.ending_told[1] if self.ending_told[:1] == [missing_year] else max(_TELL_AT_DAYS) + 1
        reached = min((days for days in _TELL_AT_DAYS if days_left <= days), default=None)
        if reached is not None and reached < told:
            self.ending_told = [missing_year, reached]
            self.emit(announcements.work_calendar_ending(missing_year, days_left))
        self.schedule(CALENDAR_CHECK, at + _CHECK_EVERY)

    def _limit(self, urgency: Urgency, default: SlaLimit) -> SlaLimit:
        row = self.limits.get(urgency.value)
        return SlaLimit(**{**row, "counted": Counted(row["counted"])}) if row else default
