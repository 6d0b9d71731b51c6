"""Which events of which service stand on an account's timeline, and how each becomes a line: one table."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.envelopes import event_type
from saleloop.billing.v1 import events_pb2 as billing
from saleloop.leads.v1 import attention_events_pb2 as attention
from saleloop.leads.v1 import events_pb2 as leads
from saleloop.leads.v1 import first_contact_events_pb2 as first_contact
from saleloop.leads.v1 import intake_events_pb2 as intake
from saleloop.leads.v1 import ownership_events_pb2 as ownership
from saleloop.leads.v1 import pipeline_events_pb2 as pipeline
from saleloop.leads.v1 import visits_events_pb2 as visits
from saleloop.quotes.v1 import events_pb2 as quotes
from services.leads.commands.pipeline.keep_event import EntryDraft

# Event -> its field with the person who did it; "" when nobody did. `contracts.topology.TIMELINE` has the queues.
KEPT: Mapping[type[Message], str] = {
    leads.LeadAssigned: "",
    leads.LeadContacted: "owner_id",
    leads.LeadQualified: "budget_confirmed_by",
    leads.FirstContactWarned: "",
    leads.FirstContactBreached: "",
    leads.AccountChanged: "",
    first_contact.FirstContactPaused: "owner_id",
    first_contact.FirstContactResumed: "",
    first_contact.LeadMoved: "",
    first_contact.LeadStranded: "",
    first_contact.LeadClosed: "closed_by",
    ownership.OwnershipConflictOpened: "",
    ownership.OwnershipConflictDecided: "decided_by",
    intake.AccountMerged: "merged_by",
    intake.AccountMergeUndone: "undone_by",
    pipeline.OpportunityOpened: "by",
    pipeline.OpportunityMoved: "by",
    pipeline.OpportunityJumpRefused: "by",
    pipeline.OpportunityStalled: "",
    pipeline.OpportunityWon: "by",
    pipeline.OpportunityLost: "by",
    pipeline.OpportunityReopened: "by",
    pipeline.ProposalCreated: "by",
    pipeline.ProposalOpened: "recipient_name",
    pipeline.ProposalDelivered: "by",
    visits.VisitRecorded: "recorded_by",
    visits.VisitConfirmed: "confirmed_by",
    visits.NextActionPlanned: "owner_id",
    visits.NextActionCompleted: "owner_id",
    visits.ReorderDue: "",
    visits.ReorderSettled: "",
    attention.NurtureStepDue: "",
    attention.EngagementHeated: "",
    attention.AccountSilent: "",
    attention.AccountHeard: "",
    quotes.QuoteSubmitted: "owner_id",
    quotes.ApprovalRequested: "",
    quotes.ApprovalDecided: "decided_by",
    quotes.QuoteApproved: "",
    quotes.QuoteSigned: "signer_name",
    billing.ContractStarted: "",
    billing.OrderMoved: "",
    billing.InvoiceIssued: "",
    billing.PaymentRecorded: "",
    billing.ReceivableOverdue: "",
    billing.ReceivableSettled: "",
    billing.AccountRiskChanged: "",
    billing.SuccessTaskOpened: "",
    billing.SuccessTaskCompleted: "",
}

# What has a column of its own, and what the account says better.
_COLUMNS = frozenset(
    {"account_id", "lead_id", "opportunity_id", "owner_id", "why", "team_id", "region", "company", "account_name"}
)
_REASONS = ("why", "reason", "comment", "loss_reason")
_TEXT_CHARS = 2_000
_DETAILS = 60


def kind_of(event_class: type[Message]) -> str:
    """LeadAssigned -> lead_assigned."""
    return event_type(event_class).rsplit(".", 1)[0]


def entry_of(event: Message, *, who: str, event_id: str, source: str, time: datetime) -> EntryDraft:
    """The line; `who` names the event's field with the person who did it, "" when the system did.

    Every plain field becomes a detail: money as "<field>_minor" and "currency", enumerations by name, times as
    ISO 8601.
    """
    fields = event.DESCRIPTOR.fields_by_name
    reasons: Any = getattr(event, "reasons", {})
    why = next((text for name in _REASONS if name in fields and (text := str(getattr(event, name)))), "")
    return EntryDraft(
        event_id=event_id,
        kind=kind_of(type(event)),
        source=source.rsplit("/", 1)[-1],
        time=time,
        # What a merge tells belongs to the account that stays.
        account_id=str(getattr(event, "account_id", "") or getattr(event, "winner_id", "")),
        lead_id=str(getattr(event, "lead_id", "")),
        opportunity_id=str(getattr(event, "opportunity_id", "")),
        owner_id=str(getattr(event, "owner_id", "")),
        by=str(getattr(event, who)) if who else "",
        why=(why or reasons.get("en", ""))[:_TEXT_CHARS],
        details=_details(event),
    )


def _details(event: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, value in event.ListFields():
        if field.name not in _COLUMNS:
            found |= _plain(field, value)
    return dict(list(found.items())[:_DETAILS])


def _plain(field: FieldDescriptor, value: Any) -> dict[str, str]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {f"{field.name}_{key}": str(each)[:_TEXT_CHARS] for key, each in value.items()}
    if field.message_type is None and isinstance(value, str | int | bool):
        if field.enum_type is not None:
            return {field.name: field.enum_type.values_by_number[int(value)].name}
        return {field.name: str(value).lower() if isinstance(value, bool) else str(value)[:_TEXT_CHARS]}
    if field.message_type is None:
        return {field.name: ",".join(str(each) for each in value)[:_TEXT_CHARS]}
    name = field.message_type.full_name
    if name == "saleloop.type.v1.Money":
        return {f"{field.name}_minor": str(value.amount_minor), "currency": str(value.currency_code)}
    if name == "google.protobuf.Timestamp":
        return {field.name: value.ToDatetime(UTC).isoformat()}
    return {}
