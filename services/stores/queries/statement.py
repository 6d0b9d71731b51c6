"""A store's business day, reconciled: ready at any moment, final once its watermark has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.clocks import real_clock
from services.stores.cash_documents import CashCount
from services.stores.domain.business_day import FINAL_AFTER, final_time
from services.stores.domain.periods import days_before
from services.stores.domain.ranking import StoreFigures
from services.stores.domain.statement import CASH, CashCounted, counted_cash
from services.stores.domain.truth import Truth
from services.stores.ledger import Doc, Ledger
from services.stores.queries import day_documents
from services.stores.queries.rankings import figures_from
from services.stores.queries.terminals import TerminalView, list_terminals
from services.stores.queries.truth import truth_of
from services.stores.queries.view import StoreRow, visible_view

_ALL_TERMINALS = 1_000


@dataclass(frozen=True, slots=True)
class Statement:
    """`gaps` are the store's terminals that miss receipts now, of whatever day: a missing receipt tells no day.

    `conflicts` and `rejected` are the receipts put aside while the day ran.
    """

    store: StoreRow
    business_day: str
    figures: StoreFigures
    tenders: Mapping[str, int]
    cash_counts: Sequence[CashCounted]
    gaps: Sequence[TerminalView]
    conflicts: int
    rejected: int
    final_time: datetime
    is_final: bool
    truth: Truth

    @property
    def untendered_minor(self) -> int:
        """Revenue that no tender covers."""
        return self.figures.revenue_minor - sum(self.tenders.values())

    @property
    def expected_cash_minor(self) -> int:
        """What the tills say was paid in cash, less what they gave back."""
        return self.tenders.get(CASH, 0)

    @property
    def counted_cash_minor(self) -> int | None:
        """What people counted; None before they did."""
        return counted_cash(self.cash_counts)


def day_statement(store_id: str, day: str) -> Statement:
    """The statement at this moment. Raises StoreNotFound."""
    ledger, view = Ledger(), visible_view(store_id=store_id)
    store = view.stores[0]
    found = day_documents.day_of(ledger, store_id, day)
    problems = problems_by_outcome(ledger, store, day)
    final = final_time(day, store.time_zone, store.closing_hour)
    return Statement(
        store=store,
        business_day=day,
        figures=figures_from(found["totals"], store),
        tenders=found["tenders"],
        cash_counts=_cash_counts(store_id, day),
        gaps=[view for view in _terminals(store_id) if view.missing],
        conflicts=problems.get("CONFLICT", 0),
        rejected=problems.get("REJECTED", 0),
        final_time=final,
        is_final=final <= real_clock.now(),
        truth=truth_of(view, (day, day), ledger),
    )


def problems_filter(store: StoreRow, day: str) -> Doc:
    """Receipts put aside while the business day ran; fits the index (store_id, receive_time)."""
    start, end = (
        final_time(each, store.time_zone, store.closing_hour) - FINAL_AFTER for each in (days_before(day, 1), day)
    )
    return {"store_id": store.id, "receive_time": {"$gte": start, "$lt": end}}


def problems_by_outcome(ledger: Ledger, store: StoreRow, day: str) -> dict[str, int]:
    """How many, by outcome."""
    group = {"$group": {"_id": "$outcome", "count": {"$sum": 1}}}
    found = ledger.problems.aggregate([{"$match": problems_filter(store, day)}, group])
    return {each["_id"]: each["count"] for each in found}


def _terminals(store_id: str) -> Sequence[TerminalView]:
    return list_terminals(store_id=store_id, with_gaps=False, after="", limit=_ALL_TERMINALS)


def _cash_counts(store_id: str, day: str) -> list[CashCounted]:
    fields = ("amount_minor", "terminal_id", "note", "counted_by", "count_time")
    found = CashCount.collection().find({"store_id": store_id, "business_day": day}, dict.fromkeys(fields, 1))
    return [
        CashCounted(each["amount_minor"], each.get("terminal_id", ""), each.get("note", ""), each["counted_by"], at)
        for each in found.sort([("count_time", 1), ("_id", 1)])
        for at in (each["count_time"],)
    ]
