"""What happens while nobody takes up a lead. The deadlines are gone as soon as somebody does."""

from services.leads.announcements import leads as announcements
from services.leads.documents import Lead


def warn_owner(lead: Lead) -> None:
    """Most of the time for the first contact has passed."""
    lead.emit(announcements.first_contact_warned(lead))


def mark_breached(lead: Lead) -> None:
    """The time for the first contact is over."""
    lead.is_first_contact_breached = True
    lead.emit(announcements.first_contact_breached(lead))
