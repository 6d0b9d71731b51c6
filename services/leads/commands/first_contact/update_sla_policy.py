"""Change the limits of the first contact and the working hours."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.leads.documents import StoredPolicy
from services.leads.documents.first_contact_rules import calendar_of, library_year, rules_of
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.first_contact.errors import CalendarNotCovered, SlaPolicyChanged
from services.leads.domain.first_contact.sla_policy import LimitChange
from services.leads.domain.first_contact.work_calendar import WorkHours, missing_years
from services.leads.domain.intake.draft import Urgency

# A limit in working time reaches at most a year ahead, so its days have to be known that far.
CALENDAR_REACH = timedelta(days=366)


def update_sla_policy(
    changes: Mapping[Urgency, LimitChange], hours: WorkHours | None, *, expected_version: int, at: datetime
) -> StoredSlaPolicy:
    """The changed policy; open deadlines are planned again by it, none earlier than `at` (UTC).

    `expected_version` 0 changes whatever is there. Repeating a change changes nothing. Raises SlaPolicyChanged,
    FieldProblem, and CalendarNotCovered when working time is asked for and a holiday of the next year is not known.
    """
    stored = StoredSlaPolicy.current()
    require_version(stored, expected_version)
    before = rules_of(stored, StoredPolicy.current())
    for urgency, change in changes.items():
        stored.set_limit(urgency, change, before.limits[urgency])
    if hours is not None:
        stored.set_hours(hours)
    missing = missing_years(calendar_of(stored), at, CALENDAR_REACH) if stored.counts_working_time else ()
    if missing:
        years = ", ".join(map(str, missing))
        raise CalendarNotCovered(
            f"the public holidays of {years} are not known: give them with ProvideCalendarYear, then try again",
            missing_years=years,
        )
    commit_rules(stored, at, why="limits of the first contact")
    return stored


def commit_rules(stored: StoredSlaPolicy, at: datetime, *, why: str) -> None:
    """Commit changed rules and have the open deadlines planned again; nothing when nothing changed."""
    if stored.prepare_write(why) is None:
        return
    stored.change_rules(library_year(), at)
    stored.commit(why)


def require_version(stored: StoredSlaPolicy, expected_version: int) -> None:
    """Raises SlaPolicyChanged."""
    if expected_version and expected_version != stored.rules_version:
        raise SlaPolicyChanged(
            f"the limits have version {stored.rules_version} by now", version=str(stored.rules_version)
        )
