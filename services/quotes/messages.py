"""The events that quotes publishes, filled from its documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from saleloop.quotes.v1 import events_pb2
from saleloop.type.v1 import money_pb2
from services.quotes import wire
from services.quotes.domain.catalogue import CatalogueEntry
from services.quotes.domain.steps import Step, StepState

if TYPE_CHECKING:
    from services.quotes.documents import Quote


def product_changed(entry: CatalogueEntry, version: int) -> events_pb2.ProductChanged:
    return events_pb2.ProductChanged(
        sku=entry.sku, name=entry.name, unit=entry.unit, category=entry.category, version=version
    )


def quote_submitted(quote: "Quote", steps: Sequence[Step]) -> events_pb2.QuoteSubmitted:
    needed = [step.name for step in steps if step.state is not StepState.SKIPPED]
    return events_pb2.QuoteSubmitted(
        **_name(quote), **_account(quote), owner_id=quote.owner_id, total=_total(quote), steps=needed
    )


def approval_requested(quote: "Quote", step: Step) -> events_pb2.ApprovalRequested:
    return events_pb2.ApprovalRequested(
        **_name(quote),
        **_account(quote),
        step=step.name,
        role=step.role,
        approver_id=step.approver_id,
        owner_id=quote.owner_id,
        total=_total(quote),
        due_time=wire.timestamp(step.due_time),
    )


def approval_decided(quote: "Quote", step: Step) -> events_pb2.ApprovalDecided:
    return events_pb2.ApprovalDecided(
        **_name(quote),
        step=step.name,
        decision=step.state.name.lower(),
        decided_by=step.decided_by,
        comment=step.comment,
        **_account(quote),
        owner_id=quote.owner_id,
    )


def approval_overdue(quote: "Quote", step: Step) -> events_pb2.ApprovalOverdue:
    return events_pb2.ApprovalOverdue(
        **_name(quote),
        step=step.name,
        role=step.role,
        approver_id=step.approver_id,
        owner_id=quote.owner_id,
        account_name=quote.account_name,
    )


def quote_approved(quote: "Quote") -> events_pb2.QuoteApproved:
    return events_pb2.QuoteApproved(**_name(quote), **_account(quote), owner_id=quote.owner_id, total=_total(quote))


def quote_signed(quote: "Quote") -> events_pb2.QuoteSigned:
    return events_pb2.QuoteSigned(
        **_name(quote),
        **_account(quote),
        content_hash=quote.versions[-1]["content_hash"],
        owner_id=quote.owner_id,
        team_id=quote.team_id,
        region=quote.region,
        lines=[wire.line_message(line) for line in quote.priced_lines],
        total=_total(quote),
        payment_terms=wire.terms_message(quote.terms),
        signer_name=quote.signer_name or "",
        sign_time=wire.timestamp(quote.sign_time),
    )


def _name(quote: "Quote") -> dict[str, Any]:
    return {"quote_id": quote.id, "number": quote.number or "", "quote_version": quote.current_version}


def _account(quote: "Quote") -> dict[str, Any]:
    return {"account_id": quote.account_id, "account_name": quote.account_name}


def _total(quote: "Quote") -> money_pb2.Money:
    return money_pb2.Money(currency_code=quote.currency_code, amount_minor=quote.total_minor)
