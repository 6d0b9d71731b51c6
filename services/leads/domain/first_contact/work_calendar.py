"""Working time: which days are worked, from when to when, and what time that makes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from services.leads.domain.errors import FieldProblem

SPANS = 4
DAY_MINUTES = 24 * 60
_SATURDAY = 5


class Measure(Protocol):
    """What a limit counts: every minute, or working time only. Moments are UTC."""

    def add(self, start: datetime, amount: timedelta) -> datetime: ...
    def between(self, start: datetime, end: datetime) -> timedelta: ...


class WallClock:
    """Every minute counts."""

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """`amount` after `start`."""
        return start + amount

    def between(self, start: datetime, end: datetime) -> timedelta:
        """From `start` to `end`, nothing when it ends before it starts."""
        return max(end - start, timedelta())


@dataclass(frozen=True)
class WorkHours:
    """The worked spans of a day in minutes after local midnight, ascending: ((540, 1080),) is 09:00-18:00."""

    time_zone: str = "Asia/Shanghai"
    spans: tuple[tuple[int, int], ...] = ((9 * 60, 18 * 60),)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise FieldProblem("work_hours.time_zone", "UNKNOWN_TIME_ZONE", "未知时区", "unknown time zone") from None
        if not 1 <= len(self.spans) <= SPANS:
            raise _bad_spans(f"须有 1 到 {SPANS} 个时段", f"must be from 1 to {SPANS} spans")
        edges = [minute for span in self.spans for minute in span]
        if edges[0] < 0 or edges[-1] > DAY_MINUTES or any(a >= b for a, b in pairwise(edges)):
            raise _bad_spans("时段须递增且不重叠，在同一天内", "must ascend within one day and not touch")


@dataclass(frozen=True)
class WorkCalendar:
    """Working time: `days` says of single dates whether they are worked, other days follow the weekday.

    `known_years` are those whose public holidays and make-up days are in `days`. Beyond them Monday to Friday are
    assumed to be worked: a deadline is then planned a little wrong instead of not at all, and `knows` says so.
    """

    hours: WorkHours = WorkHours()
    days: Mapping[date, bool] = field(default_factory=dict)
    known_years: frozenset[int] = frozenset()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the working hours."""
        return ZoneInfo(self.hours.time_zone)

    def local_date(self, moment: datetime) -> date:
        """The date at which `moment` falls where work is done."""
        return moment.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        """Whether any of the day is worked."""
        return self.days.get(day, day.weekday() < _SATURDAY)

    def is_working(self, moment: datetime) -> bool:
        """Whether work is done at the moment; the opening minute is worked, the closing one is not."""
        return any(opening <= moment < closing for opening, closing in self._spans(self.local_date(moment)))

    def knows(self, moment: datetime) -> bool:
        """False when the day of `moment` lies in a year whose holidays nobody told."""
        return self.local_date(moment).year in self.known_years

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest moment at which `amount` of working time has passed since `start`; without amount, `start`."""
        rest = amount
        if rest <= timedelta():
            return start
        for opening, closing in self._spans_from(self.local_date(start)):
            begin = max(opening, start)
            if begin >= closing:
                continue
            if rest <= closing - begin:
                return begin + rest
            rest -= closing - begin
        raise AssertionError("unreachable: days never end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`, nothing when it ends before it starts."""
        total = timedelta()
        if end <= start:
            return total
        for opening, closing in self._spans_from(self.local_date(start)):
            if opening >= end:
                return total
            total += max(min(closing, end) - max(opening, start), timedelta())
        raise AssertionError("unreachable: days never end")

    def _spans_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        while True:
            yield from self._spans(day)
            day += timedelta(days=1)

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if self.is_working_day(day):
            midnight = datetime.combine(day, time(), self.zone)
            for opening, closing in self.hours.spans:
                # Local minutes first, then the zone: a day of 23 hours opens at nine, too.
                begin = (midnight + timedelta(minutes=opening)).astimezone(UTC)
                yield begin, (midnight + timedelta(minutes=closing)).astimezone(UTC)


def missing_years(calendar: WorkCalendar, at: datetime, reach: timedelta) -> tuple[int, ...]:
    """The years between `at` and `at + reach` whose holidays nobody told."""
    first, last = calendar.local_date(at).year, calendar.local_date(at + reach).year
    return tuple(year for year in range(first, last + 1) if year not in calendar.known_years)


def days_known(calendar: WorkCalendar, at: datetime) -> int:
    """How many whole days from `at` on the calendar knows without a gap; 0 when it does not know today."""
    today = calendar.local_date(at)
    year = today.year
    while year in calendar.known_years:
        year += 1
    return max((date(year, 1, 1) - today).days, 0)


def _bad_spans(zh: str, en: str) -> FieldProblem:
    return FieldProblem("work_hours.spans", "BAD_SPANS", zh, en)
