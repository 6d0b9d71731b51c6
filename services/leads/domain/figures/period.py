"""The days that a figure is asked for, in China's time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from services.leads.domain.errors import FieldProblem

# China keeps one time all year.
CHINA = timezone(timedelta(hours=8))
LONGEST_DAYS = 93
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment (UTC)."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it (UTC)."""
        return midnight(self.last + _DAY)

    def days(self) -> Iterator[date]:
        """Each day."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + number * _DAY


def midnight(day: date) -> datetime:
    """When the day begins in China (UTC)."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day in China at this moment."""
    return moment.astimezone(CHINA).date()


def week_of(moment: datetime) -> str:
    """The ISO week in China at this moment: "2026-W47"."""
    year, week, _ = moment.astimezone(CHINA).isocalendar()
    return f"{year}-W{week:02d}"


def period_of(first_day: str, last_day: str, now: datetime, *, looks_ahead: bool) -> Period:
    """The period asked for; without days this week, or the coming 30 days. Raises FieldProblem."""
    if not first_day and not last_day:
        today = day_of(now)
        if looks_ahead:
            return Period(today, today + 29 * _DAY)
        monday = today - today.weekday() * _DAY
        return Period(monday, monday + 6 * _DAY)
    first, last = _day(first_day, "first_day"), _day(last_day, "last_day")
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise FieldProblem(
            "last_day", "OUT_OF_RANGE", f"期间应为1至{LONGEST_DAYS}天", f"a period has 1 to {LONGEST_DAYS} days"
        )
    return Period(first, last)


def _day(text: str, field: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise FieldProblem(field, "INVALID", "日期格式应为 2026-11-16", "a day looks like 2026-11-16") from None
    if not 2000 <= day.year < 2100:
        raise FieldProblem(field, "OUT_OF_RANGE", "日期超出范围", "the day is out of range")
    return day
