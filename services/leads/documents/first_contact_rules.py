"""The rules of the first contact as they stand: limits from the policies, days from library and hand."""

from pymongo.client_session import ClientSession

from services.leads.documents.stored_policy import StoredPolicy
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.first_contact.follow_up import FirstContactRules
from services.leads.domain.first_contact.work_calendar import WorkCalendar
from services.leads.holidays import known_days, known_years


def current_rules(session: ClientSession | None = None) -> FirstContactRules:
    """The rules of this moment, or of the transaction."""
    return rules_of(StoredSlaPolicy.current(session), StoredPolicy.current(session))


def rules_of(stored: StoredSlaPolicy, routing: StoredPolicy) -> FirstContactRules:
    """The rules that these two documents hold; the routing policy has the limit of urgencies that nobody set."""
    limits = stored.limits_over(routing.first_contact_limit_minutes, routing.warn_after_bp)
    return FirstContactRules(limits, calendar_of(stored), stored.rules_version + routing.version)


def calendar_of(stored: StoredSlaPolicy) -> WorkCalendar:
    """The work calendar: the library's days and those set by hand."""
    return stored.calendar_over(known_days(), known_years())


def library_year() -> int:
    """The last year that the library knows."""
    return max(known_years())
