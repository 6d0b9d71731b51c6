"""Edit the days that the work calendar has on top of the library's."""

from collections.abc import Mapping
from datetime import date, datetime

from services.leads.commands.first_contact.update_sla_policy import commit_rules
from services.leads.documents.first_contact_rules import calendar_of
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.errors import CalendarDayNotFound
from services.leads.domain.first_contact.qualification import check_why

NAME_LENGTH = 100
DAYS = 4_000
YEARS_AHEAD = 5


def set_calendar_day(day: date, *, is_working: bool, name: str, why: str, by: str, at: datetime) -> StoredSlaPolicy:
    """The calendar with this day set by hand; `by` is the caller's subject. Raises FieldProblem."""
    stored = StoredSlaPolicy.current()
    _require_plannable("date", day, stored, at)
    reason = check_why(why)
    stored.set_days({day: (is_working, _name("name", name))}, why=reason, by=by)
    _require_room(stored)
    commit_rules(stored, at, why=reason)
    return stored


def delete_calendar_day(day: date, *, why: str, at: datetime) -> StoredSlaPolicy:
    """The calendar without this day: library or weekday decide again. Raises CalendarDayNotFound, FieldProblem."""
    stored = StoredSlaPolicy.current()
    reason = check_why(why)
    if not stored.drop_day(day):
        raise CalendarDayNotFound(f"{day} was not set by hand", date=day.isoformat())
    _require_plannable("date", day, stored, at)
    commit_rules(stored, at, why=reason)
    return stored


def provide_calendar_year(
    year: int, days: Mapping[date, tuple[bool, str]], *, why: str, by: str, at: datetime
) -> StoredSlaPolicy:
    """Give the holidays and make-up days of a whole year: from then on the year is known.

    All other days of it follow the weekday. Raises FieldProblem.
    """
    stored = StoredSlaPolicy.current()
    this_year = calendar_of(stored).local_date(at).year
    if not this_year <= year <= this_year + YEARS_AHEAD:
        raise FieldProblem(
            "year",
            "OUT_OF_RANGE",
            f"须为今年起 {YEARS_AHEAD} 年内",
            f"must be this year or one of the next {YEARS_AHEAD}",
        )
    if not any(not is_working for is_working, _ in days.values()):
        raise FieldProblem("days", "NO_HOLIDAY", "至少须有一个节假日", "a year has at least one holiday")
    for number, (day, (_, name)) in enumerate(days.items()):
        if day.year != year:
            raise FieldProblem(f"days[{number}].date", "OUT_OF_RANGE", f"须在 {year} 年内", f"must lie in {year}")
        _name(f"days[{number}].name", name)
    reason = check_why(why)
    stored.set_days(days, why=reason, by=by)
    stored.given_years = sorted({*stored.given_years, year})
    _require_room(stored)
    commit_rules(stored, at, why=reason)
    return stored


def _require_plannable(field: str, day: date, stored: StoredSlaPolicy, at: datetime) -> None:
    """The past has happened; nothing of it is planned again."""
    today = calendar_of(stored).local_date(at)
    if not today <= day <= date(today.year + YEARS_AHEAD, 12, 31):
        raise FieldProblem(
            field,
            "OUT_OF_RANGE",
            f"须从今天起，{YEARS_AHEAD} 年内",
            f"must not be past, and within {YEARS_AHEAD} years",
        )


def _require_room(stored: StoredSlaPolicy) -> None:
    if len(stored.days) > DAYS:
        raise FieldProblem("days", "TOO_MANY", f"最多 {DAYS} 天", f"at most {DAYS} days are set by hand")


def _name(field: str, name: str) -> str:
    words = name.strip()
    if not words or len(words) > NAME_LENGTH:
        raise FieldProblem(
            field, "BAD_NAME", f"须为 1 到 {NAME_LENGTH} 个字符", f"must have 1 to {NAME_LENGTH} characters"
        )
    return words
