"""The events of ownership, made from what is stored. Nothing here decides anything."""

from datetime import datetime
from typing import TYPE_CHECKING

from saleloop.leads.v1 import ownership_events_pb2 as events
from services.leads.translate.values import timestamp

if TYPE_CHECKING:
    from services.leads.documents import HandOver, Lead, OwnershipConflict, Salesperson


def lead_routing_retry_due(lead: "Lead", due_time: datetime) -> events.LeadRoutingRetryDue:
    """Somebody may be able to take the lead by now."""
    return events.LeadRoutingRetryDue(lead_id=lead.id, due_time=timestamp(due_time))


def conflict_opened(
    conflict: "OwnershipConflict", claimant_id: str, evidence: str, supervisor_id: str
) -> events.OwnershipConflictOpened:
    """One more claim on an account that belongs to somebody; `supervisor_id` is the claimant's."""
    return events.OwnershipConflictOpened(
        conflict_id=conflict.id,
        account_id=conflict.account_id,
        company=conflict.company,
        owner_id=conflict.owner_id,
        claimant_id=claimant_id,
        supervisor_id=supervisor_id,
        region=conflict.region,
        evidence=evidence,
    )


def conflict_decided(conflict: "OwnershipConflict") -> events.OwnershipConflictDecided:
    """Somebody decided."""
    return events.OwnershipConflictDecided(
        conflict_id=conflict.id,
        account_id=conflict.account_id,
        company=conflict.company,
        owner_id=conflict.decided_owner_id,
        previous_owner_id=conflict.owner_id,
        decided_by=conflict.decided_by,
        why=conflict.why,
        claimant_ids=conflict.claimant_ids,
    )


def hand_over_requested(hand_over: "HandOver") -> events.HandOverRequested:
    """The worker begins."""
    return events.HandOverRequested(hand_over_id=hand_over.id)


def hand_over_finished(hand_over: "HandOver") -> events.HandOverFinished:
    """Everything moved."""
    return events.HandOverFinished(
        hand_over_id=hand_over.id,
        from_id=hand_over.from_id,
        from_name=hand_over.from_name,
        supervisor_id=hand_over.supervisor_id,
        moved_accounts=hand_over.moved_accounts,
        left_accounts=hand_over.left_accounts,
        kind=hand_over.kind,
        requested_by=hand_over.requested_by,
    )


def accounts_received(hand_over: "HandOver", owner_id: str, accounts: int) -> events.AccountsReceived:
    """One person got so many accounts."""
    return events.AccountsReceived(
        hand_over_id=hand_over.id,
        owner_id=owner_id,
        from_id=hand_over.from_id,
        from_name=hand_over.from_name,
        accounts=accounts,
        why=hand_over.why,
    )


def hand_over_return_due(hand_over: "HandOver", at: datetime) -> events.HandOverReturnDue:
    """The leave is over."""
    return events.HandOverReturnDue(hand_over_id=hand_over.id, return_time=timestamp(at))


def accounts_await_hand_over(person: "Salesperson", accounts: int, open_leads: int) -> events.AccountsAwaitHandOver:
    """Somebody left who still owns something."""
    return events.AccountsAwaitHandOver(
        salesperson_id=person.id,
        name=person.name,
        supervisor_id=person.supervisor_id,
        team_id=person.team_id,
        region=person.region,
        accounts=accounts,
        open_leads=open_leads,
    )
