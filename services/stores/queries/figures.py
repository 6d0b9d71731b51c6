"""Ranking, hours, SKUs and penetration as StoresService tells them, read from the counted figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.stores.domain import periods
from services.stores.domain.ranking import StoreFigures, rank, share_bp
from services.stores.ledger import Doc, Ledger
from services.stores.queries import day_documents
from services.stores.queries.coverage import Coverage, coverage_of
from services.stores.queries.hours import hours_of_week
from services.stores.queries.rankings import figures_of_stores, totals_by_store
from services.stores.queries.view import visible_view

Period = periods.Period
MAX_SKUS = 50_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """All visible stores in order; the totals are over all of them."""

    stores: Sequence[tuple[int, StoreFigures]]
    coverage: Coverage
    total_revenue_minor: int
    total_receipts: int


@dataclass(frozen=True, slots=True)
class Penetration:
    """Receipts of a store, and those of them with one of the products."""

    store_id: str
    receipts: int
    with_product: int

    @property
    def share_bp(self) -> int:
        """In basis points; 0 without receipts."""
        return share_bp(self.with_product, self.receipts)


def ranking(period: Period, *, region: str, figure: str) -> Ranking:
    """Stores by a figure (see domain.ranking.FIGURES). Raises ValueError for an unknown figure."""
    ledger, view = Ledger(), visible_view(region)
    figures = figures_of_stores(ledger, period, view)
    ranked = rank(figures, figure or "revenue")
    return Ranking(
        ranked, coverage_of(view.ids, ledger), sum(f.revenue_minor for f in figures), sum(f.receipts for f in figures)
    )


def hourly(period: Period, *, region: str, store_id: str) -> tuple[list[tuple[int, ...]], Coverage]:
    """COUNTERS of the 168 hours of the week, Monday 00:00 first. Raises StoreNotFound."""
    ledger, view = Ledger(), visible_view(region, store_id)
    return hours_of_week(ledger, period, view), coverage_of(view.ids, ledger)


def penetration(period: Period, skus: Sequence[str], *, region: str) -> tuple[list[Penetration], Coverage]:
    """Of every visible store, in the order of their ids. A voided receipt counts on neither side."""
    ledger, view = Ledger(), visible_view(region)
    counted = totals_by_store(ledger, period, view)
    hits = day_documents.receipts_with(ledger, period, view, skus)
    shares = [
        Penetration(store_id, counted.get(store_id, {}).get("receipts", 0), hits.get(store_id, 0))
        for store_id in view.ids
    ]
    return shares, coverage_of(view.ids, ledger)


def sku_figures(period: Period, *, store_id: str, after: str, limit: int) -> tuple[list[Doc], Coverage]:
    """COUNTERS by SKU (in `_id`), in the order of the SKUs, after `after`, at most `limit`."""
    ledger, view = Ledger(), visible_view(store_id=store_id)
    rows = day_documents.totals_by_sku(ledger, period, view)
    return [row for row in rows if row["_id"] > after][:limit], coverage_of(view.ids, ledger)
