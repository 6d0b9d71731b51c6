"""What happens while nobody takes up a lead. The deadlines are gone as soon as somebody does."""

from datetime import datetime

from services.leads.documents import Lead
from services.leads.documents.first_contact_rules import calendar_of, current_rules, library_year
from services.leads.documents.stored_sla_policy import StoredSlaPolicy


def warn_owner(lead: Lead, due_time: datetime) -> None:
    """Most of the time for the first contact has passed."""
    lead.warn(due_time)


def mark_breached(lead: Lead, due_time: datetime) -> None:
    """The time for the first contact is over."""
    lead.breach(due_time)


def let_lapse(lead: Lead, due_time: datetime) -> None:
    """The second limit is over."""
    lead.lapse(due_time)


def resume_at_cap(lead: Lead, due_time: datetime) -> None:
    """The lead has waited for its customer as long as the policy allows."""
    if lead.is_paused:
        lead.resume(current_rules(), due_time)


def check_calendar(stored: StoredSlaPolicy, due_time: datetime) -> None:
    """Tell well ahead that the known days of the work calendar end."""
    stored.check_calendar(calendar_of(stored), library_year(), due_time)
