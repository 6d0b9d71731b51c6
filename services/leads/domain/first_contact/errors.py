"""What can be wrong with limits, the work calendar, pauses and qualification."""

from services.leads.domain.errors import LeadsError


class SlaPolicyChanged(LeadsError):
    """Somebody else changed the limits or the calendar since they were read."""

    code = "ABORTED"
    reason = "SLA_POLICY_CHANGED"


class CalendarNotCovered(LeadsError):
    """Working time is asked for, but the holidays of a year that it reaches into are not known."""

    reason = "CALENDAR_NOT_COVERED"


class CalendarDayNotFound(LeadsError):
    """Nobody set this day by hand."""

    code = "NOT_FOUND"
    reason = "CALENDAR_DAY_NOT_FOUND"


class FirstContactNotOpen(LeadsError):
    """The first contact was made already: nothing runs that could be paused or moved."""

    reason = "FIRST_CONTACT_NOT_OPEN"


class PauseUsedUp(LeadsError):
    """The lead has waited for its customer as long, or as often, as the policy allows."""

    reason = "PAUSE_USED_UP"


class ConfirmerUnknown(LeadsError):
    """Who confirms budget or fit works in sales or marketing."""

    code = "INVALID_ARGUMENT"
    reason = "CONFIRMER_UNKNOWN"

    def __init__(self, field: str, person_id: str) -> None:
        super().__init__(f"{person_id} does not work in sales or marketing here", person_id=person_id)
        self.field = field


class LeadAlreadyQualified(LeadsError):
    """The lead was qualified with other words before."""

    code = "ALREADY_EXISTS"
    reason = "LEAD_ALREADY_QUALIFIED"
