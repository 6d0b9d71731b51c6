"""The events of first contact, made from what is stored. Nothing here decides anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from saleloop.leads.v1 import events_pb2 as events
from saleloop.leads.v1 import first_contact_events_pb2 as own
from services.leads.translate.values import timestamp

# Of the mixins' own class nobody can import the lead itself: it is made of them.
Lead = Any


def first_contact_warned(lead: Lead, planned_time: datetime) -> events.FirstContactWarned:
    """Most of the time for the first contact has passed."""
    return events.FirstContactWarned(**_first_contact(lead, planned_time))


def first_contact_breached(lead: Lead, planned_time: datetime) -> events.FirstContactBreached:
    """The time for the first contact is over."""
    return events.FirstContactBreached(**_first_contact(lead, planned_time))


def first_contact_lapsed(lead: Lead, planned_time: datetime) -> own.FirstContactLapsed:
    """The second limit is over."""
    return own.FirstContactLapsed(
        lead_id=lead.id, owner_id=lead.owner_id, moves=lead.moves, planned_time=timestamp(planned_time)
    )


def lead_moved(
    lead: Lead, previous_owner_id: str, team_id: str, reasons: Mapping[str, str], at: datetime
) -> own.LeadMoved:
    """The lead has its next owner since `at`, with the reason in words by language tag."""
    return own.LeadMoved(
        **_whose(lead),
        **_what(lead),
        previous_owner_id=previous_owner_id,
        team_id=team_id,
        supervisor_id=lead.supervisor_id,
        channel=lead.channel,
        reasons=reasons,
        moves=lead.moves,
        move_time=timestamp(at),
        first_contact_due_time=timestamp(lead.first_contact_due_time),
    )


def lead_stranded(lead: Lead, reason: str, at: datetime) -> own.LeadStranded:
    """The supervisor has to decide."""
    return own.LeadStranded(
        **_whose(lead),
        **_what(lead),
        supervisor_id=lead.supervisor_id,
        reason=reason,
        strand_time=timestamp(at),
    )


def first_contact_paused(lead: Lead, resume_due: datetime) -> own.FirstContactPaused:
    """The lead waits for its customer, until `resume_due` at the latest."""
    why = lead.first_contact_pauses[-1]["why"]
    return own.FirstContactPaused(**_whose(lead), why=why, resume_due_time=timestamp(resume_due))


def first_contact_resumed(lead: Lead, at: datetime) -> own.FirstContactResumed:
    """The time runs on."""
    due_time = timestamp(lead.first_contact_due_time)
    return own.FirstContactResumed(**_whose(lead), resume_time=timestamp(at), first_contact_due_time=due_time)


def first_contact_rules_changed(at: datetime) -> own.FirstContactRulesChanged:
    """Limits or calendar changed at `at`."""
    return own.FirstContactRulesChanged(change_time=timestamp(at))


def work_calendar_ending(missing_year: int, days_left: int) -> own.WorkCalendarEnding:
    """The holidays of `missing_year`, which begins in `days_left` days, are not known."""
    return own.WorkCalendarEnding(missing_year=missing_year, days_left=days_left)


def lead_qualified(lead: Lead, team_id: str) -> events.LeadQualified:
    """The lead is valid."""
    return events.LeadQualified(
        **_whose(lead),
        **_what(lead),
        team_id=team_id,
        channel=lead.channel,
        budget_confirmed_by=lead.budget_confirmed_by,
        fit_confirmed_by=lead.fit_confirmed_by,
        qualify_time=timestamp(lead.qualify_time),
    )


def lead_closed(lead: Lead) -> own.LeadClosed:
    """The lead ended without a deal."""
    return own.LeadClosed(
        **_whose(lead),
        **_what(lead),
        channel=lead.channel,
        reason=lead.close_reason,
        why=lead.close_why,
        closed_by=lead.closed_by,
        close_time=timestamp(lead.close_time),
    )


def _whose(lead: Lead) -> dict[str, str]:
    return {"lead_id": lead.id, "account_id": lead.account_id, "owner_id": lead.owner_id}


def _what(lead: Lead) -> dict[str, str]:
    return {"company": lead.company, "region": lead.region}


def _first_contact(lead: Lead, planned_time: datetime) -> dict[str, Any]:
    return {
        "lead_id": lead.id,
        "owner_id": lead.owner_id,
        "supervisor_id": lead.supervisor_id,
        "company": lead.company,
        "due_time": timestamp(lead.first_contact_due_time),
        "planned_time": timestamp(planned_time),
    }
