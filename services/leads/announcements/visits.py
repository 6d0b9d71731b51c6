"""The events of visits, made from what is stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from saleloop.leads.v1 import visits_events_pb2 as events
from services.leads.translate.values import timestamp

if TYPE_CHECKING:
    from services.leads.documents import CustomerStock, Visit


def visit_recorded(visit: "Visit") -> events.VisitRecorded:
    """Somebody was at a customer's."""
    return events.VisitRecorded(
        visit_id=visit.id,
        account_id=visit.account_id,
        company=visit.company,
        owner_id=visit.owner_id,
        team_id=visit.team_id,
        region=visit.region,
        visit_time=timestamp(visit.visit_time),
        voice_sentence=visit.voice_sentence,
        recorded_by=visit.recorded_by,
        competitors=_names(visit),
        concern_categories=_categories(visit),
    )


def visit_confirmed(visit: "Visit", corrected: Sequence[str]) -> events.VisitConfirmed:
    """A person stands by what was read, or has put it right."""
    return events.VisitConfirmed(
        visit_id=visit.id,
        account_id=visit.account_id,
        owner_id=visit.owner_id,
        team_id=visit.team_id,
        region=visit.region,
        confirmed_by=visit.confirmed_by,
        corrected_fields=corrected,
        competitors=_names(visit),
        concern_categories=_categories(visit),
    )


def next_action_planned(visit: "Visit") -> events.NextActionPlanned:
    """The visit leaves something to do."""
    return events.NextActionPlanned(
        visit_id=visit.id,
        revision=visit.next_action_revision,
        account_id=visit.account_id,
        company=visit.company,
        owner_id=visit.owner_id,
        text=visit.fields["next_action"]["text"],
        due_time=timestamp(visit.next_action_due_time),
    )


def next_action_completed(visit: "Visit", at: datetime, *, is_withdrawn: bool) -> events.NextActionCompleted:
    """Nothing is left to do; what has no due time is always in time."""
    due = visit.next_action_due_time
    return events.NextActionCompleted(
        visit_id=visit.id,
        revision=visit.next_action_revision,
        account_id=visit.account_id,
        owner_id=visit.owner_id,
        is_in_time=due is None or at <= due,
        is_withdrawn=is_withdrawn,
    )


def reorder_due(stock: "CustomerStock", cause: str, occurrence: int, reasons: Mapping[str, str]) -> events.ReorderDue:
    """The customer should buy again."""
    return events.ReorderDue(
        account_id=stock.account_id,
        company=stock.company,
        owner_id=stock.owner_id,
        team_id=stock.team_id,
        region=stock.region,
        sku=stock.sku,
        on_hand=stock.on_hand,
        safety_level=stock.safety_level,
        cause=cause,
        reasons=reasons,
        occurrence=occurrence,
    )


def reorder_settled(stock: "CustomerStock", cause: str, occurrence: int) -> events.ReorderSettled:
    """The reason to call is gone."""
    return events.ReorderSettled(
        account_id=stock.account_id, sku=stock.sku, owner_id=stock.owner_id, cause=cause, occurrence=occurrence
    )


def _names(visit: "Visit") -> list[str]:
    return [each["name"] for each in visit.fields["competitors"]]


def _categories(visit: "Visit") -> list[str]:
    return [each["category"] for each in visit.fields["concerns"]]
