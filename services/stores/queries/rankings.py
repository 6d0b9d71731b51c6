"""Stores in the order of a figure, against an earlier period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add

from services.stores.domain.periods import Period
from services.stores.domain.ranking import ComparedStore, StoreFigures, compare
from services.stores.domain.truth import Truth
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.remembered import RememberedDays
from services.stores.queries.truth import truth_of
from services.stores.queries.view import StoreRow, View, visible_view


@dataclass(frozen=True, slots=True)
class RankingQuestion:
    """What is ranked: the stores of a region (all for ""), by a figure, in two periods."""

    period: Period
    previous: Period
    region: str
    figure: str


@dataclass(frozen=True, slots=True)
class StoreRanking:
    """All visible stores in order; the totals are over all of them."""

    stores: Sequence[ComparedStore]
    total: StoreFigures
    previous_total: StoreFigures
    truth: Truth


def store_ranking(question: RankingQuestion) -> StoreRanking:
    """The ranking at this moment. Raises ValueError for an unknown figure."""
    ledger, view = Ledger(), visible_view(question.region)
    now = figures_of_stores(ledger, question.period, view)
    previous = figures_of_stores(ledger, question.previous, view)
    return StoreRanking(
        compare(now, previous, question.figure),
        total_of(now),
        total_of(previous),
        truth_of(view, question.period, ledger),
    )


def figures_of_stores(ledger: Ledger, period: Period, view: View) -> list[StoreFigures]:
    """Of every store of the view; those that sold nothing have zeros."""
    counted = totals_by_store(ledger, period, view)
    return [figures_from(counted.get(store.id, {}), store) for store in view.stores]


_DAYS = RememberedDays(day_documents.TOTALS, day_documents.totals_of, dict)


def totals_by_store(ledger: Ledger, period: Period, view: View) -> dict[str, day_documents.Counters]:
    """COUNTERS of each store that has any documents in the period."""
    sums: dict[str, tuple[int, ...]] = {}
    for day in _DAYS.of(ledger, period, view):
        for store_id, counters in day.items():
            before = sums.get(store_id)
            sums[store_id] = counters if before is None else tuple(map(add, before, counters))
    names = day_documents.COUNTERS
    return {store_id: dict(zip(names, counters, strict=True)) for store_id, counters in sums.items()}


def figures_from(counters: Mapping[str, int], store: StoreRow | None = None) -> StoreFigures:
    """Counters as figures, of a store or of several; missing ones are 0, and none at all means no sales."""
    name = (store.id, store.name, store.region) if store is not None else ("", "", "")
    values = [counters.get(counter, 0) for counter in day_documents.COUNTERS]
    revenue, receipts, units, discount, returns = values
    return StoreFigures(*name, revenue, receipts, units, discount, returns, has_sales=bool(counters))


def total_of(stores: Sequence[StoreFigures]) -> StoreFigures:
    """The sums of several stores."""
    counted = [store for store in stores if store.has_sales]
    if not counted:
        return figures_from({})
    return figures_from({name: sum(getattr(store, name) for store in counted) for name in day_documents.COUNTERS})
