"""The reactions of notify: each event goes to the table of notices; a timer sends what waits."""

from typing import Any

import eventlet
from nameko.timer import timer

from chassis.consumer import EventContext, handles
from chassis.logs import get_logger
from saleloop.billing.v1 import events_pb2 as billing
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1 import attention_events_pb2 as attention
from saleloop.leads.v1 import events_pb2 as leads
from saleloop.leads.v1 import first_contact_events_pb2 as first_contact
from saleloop.leads.v1 import intake_events_pb2 as intake
from saleloop.leads.v1 import ownership_events_pb2 as ownership
from saleloop.leads.v1 import visits_events_pb2 as visits
from saleloop.quotes.v1 import events_pb2 as quotes
from services.notify.commands import copy_person as copying
from services.notify.commands.tell import Event, close_cards, tell
from services.notify.config import settings
from services.notify.sending import claims, rounds
from services.notify.translate import fields_of

log = get_logger(__name__)
_underway: set[str] = set()  # channels that a greenthread of this process sends to


def _event(message: Any, context: EventContext) -> Event:
    return Event(context.id, context.type, context.time, context.trace, fields_of(message))


class NotifyWorker:
    """What happens by itself."""

    name = "notify"

    @handles(PersonChanged)
    def copy_person(self, event: PersonChanged, context: EventContext) -> None:
        copying.copy_person(
            copying.PersonState(
                person_id=event.person_id,
                name=event.name,
                roles=tuple(event.roles),
                region=event.region,
                supervisor_id=event.supervisor_id,
                email=event.email,
                language=event.language,
                active=event.active,
                version=event.version,
            )
        )

    @handles(leads.LeadAssigned)
    def tell_lead_assigned(self, event: leads.LeadAssigned, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(leads.LeadRoutingProposed)
    def tell_lead_routing_proposed(self, event: leads.LeadRoutingProposed, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(leads.LeadUnroutable)
    def tell_lead_unroutable(self, event: leads.LeadUnroutable, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(intake.LeadImportFinished)
    def tell_lead_import_finished(self, event: intake.LeadImportFinished, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(intake.AccountMerged)
    def tell_account_merged(self, event: intake.AccountMerged, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(intake.AccountMergeUndone)
    def tell_account_merge_undone(self, event: intake.AccountMergeUndone, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(leads.FirstContactWarned)
    def tell_first_contact_warned(self, event: leads.FirstContactWarned, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(leads.FirstContactBreached)
    def tell_first_contact_breached(self, event: leads.FirstContactBreached, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(first_contact.LeadMoved)
    def tell_lead_moved(self, event: first_contact.LeadMoved, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(first_contact.LeadStranded)
    def tell_lead_stranded(self, event: first_contact.LeadStranded, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(first_contact.WorkCalendarEnding)
    def tell_work_calendar_ending(self, event: first_contact.WorkCalendarEnding, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(first_contact.LeadClosed)
    def close_cards_when_lead_closed(self, event: first_contact.LeadClosed, context: EventContext) -> None:
        close_cards(_event(event, context))

    @handles(leads.LeadContacted)
    def close_card_when_lead_contacted(self, event: leads.LeadContacted, context: EventContext) -> None:
        close_cards(_event(event, context))

    @handles(ownership.OwnershipConflictOpened)
    def tell_ownership_conflict_opened(self, event: ownership.OwnershipConflictOpened, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(ownership.OwnershipConflictDecided)
    def tell_ownership_conflict_decided(self, event: ownership.OwnershipConflictDecided, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(ownership.HandOverFinished)
    def tell_hand_over_finished(self, event: ownership.HandOverFinished, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(ownership.AccountsReceived)
    def tell_accounts_received(self, event: ownership.AccountsReceived, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(ownership.AccountsAwaitHandOver)
    def tell_accounts_await_hand_over(self, event: ownership.AccountsAwaitHandOver, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(visits.NextActionPlanned)
    def tell_next_action_planned(self, event: visits.NextActionPlanned, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(visits.NextActionCompleted)
    def close_card_when_next_action_completed(self, event: visits.NextActionCompleted, context: EventContext) -> None:
        close_cards(_event(event, context))

    @handles(visits.ReorderDue)
    def tell_reorder_due(self, event: visits.ReorderDue, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(visits.ReorderSettled)
    def close_card_when_reorder_settled(self, event: visits.ReorderSettled, context: EventContext) -> None:
        close_cards(_event(event, context))

    @handles(attention.NurtureStepDue)
    def tell_nurture_step_due(self, event: attention.NurtureStepDue, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(attention.EngagementHeated)
    def tell_engagement_heated(self, event: attention.EngagementHeated, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(attention.AccountSilent)
    def tell_account_silent(self, event: attention.AccountSilent, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(attention.AccountHeard)
    def close_card_when_account_heard(self, event: attention.AccountHeard, context: EventContext) -> None:
        close_cards(_event(event, context))

    @handles(attention.SuggestionAnswered)
    def tell_suggestion_answered(self, event: attention.SuggestionAnswered, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(attention.WeeklyThreeLeft)
    def tell_weekly_three_left(self, event: attention.WeeklyThreeLeft, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(quotes.ApprovalRequested)
    def tell_approval_requested(self, event: quotes.ApprovalRequested, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(quotes.ApprovalDecided)
    def tell_approval_decided(self, event: quotes.ApprovalDecided, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(quotes.ApprovalOverdue)
    def tell_approval_overdue(self, event: quotes.ApprovalOverdue, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(quotes.QuoteApproved)
    def tell_quote_approved(self, event: quotes.QuoteApproved, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(quotes.QuoteSigned)
    def tell_quote_signed(self, event: quotes.QuoteSigned, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(billing.PaymentRecorded)
    def tell_payment_recorded(self, event: billing.PaymentRecorded, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(billing.ReceivableOverdue)
    def tell_receivable_overdue(self, event: billing.ReceivableOverdue, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(billing.ReceivableSettled)
    def close_cards_when_receivable_settled(self, event: billing.ReceivableSettled, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(billing.SuccessTaskOpened)
    def tell_success_task_opened(self, event: billing.SuccessTaskOpened, context: EventContext) -> None:
        tell(_event(event, context))

    @handles(billing.SuccessTaskCompleted)
    def close_card_when_success_task_completed(
        self, event: billing.SuccessTaskCompleted, context: EventContext
    ) -> None:
        close_cards(_event(event, context))

    @timer(interval=settings().send_interval_s)
    def send_waiting(self) -> None:
        """Start a greenthread for each channel that has none: a slow robot must not hold up the others."""
        for channel_id in claims.channels_with_waiting():
            if channel_id not in _underway:
                _underway.add(channel_id)
                eventlet.spawn_n(_send, channel_id)


def _send(channel_id: str) -> None:
    try:
        rounds.send_waiting(channel_id)
    except Exception:  # what is not recorded as sent is sent again after its claim
        log.exception("sending failed", channel=channel_id)
    finally:
        _underway.discard(channel_id)
