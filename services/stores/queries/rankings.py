"""Stores in the order of a figure, against an earlier period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add, attrgetter

from services.stores.domain.figures import COUNTERS
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
    counted = _DAYS.of(ledger, period, view)
    return [_figures(store, counted.get(store.id)) for store in view.stores]


def totals_by_store(ledger: Ledger, period: Period, view: View) -> dict[str, day_documents.Counters]:
    """COUNTERS of each store that has any documents in the period."""
    counted = _DAYS.of(ledger, period, view)
    return {store_id: dict(zip(COUNTERS, counters, strict=True)) for store_id, counters in counted.items()}


def figures_by_day(ledger: Ledger, period: Period, view: View, page: View) -> dict[str, list[StoreFigures]]:
    """Of every store of the page, a part of the view, by those days on which any store of the view sold something."""
    days = _DAYS.by_day(ledger, period, view)
    return {day: [_figures(store, counted.get(store.id)) for store in page.stores] for day, counted in days.items()}


def figures_from(counters: Mapping[str, int], store: StoreRow | None = None) -> StoreFigures:
    """Counters as figures, of a store or of several; missing ones are 0, and none at all means no sales."""
    values = tuple([counters.get(name, 0) for name in COUNTERS])
    return _figures(store, values if counters else None)


def total_of(stores: Sequence[StoreFigures]) -> StoreFigures:
    """The sums of several stores."""
    counted = [_values(store) for store in stores if store.has_sales]
    return _figures(None, tuple(map(sum, zip(*counted, strict=True))) if counted else None)


# A store's COUNTERS in their order.
_Values = tuple[int, ...]
_values = attrgetter(*COUNTERS)


def _figures(store: StoreRow | None, values: _Values | None) -> StoreFigures:
    name = (store.id, store.name, store.region) if store is not None else ("", "", "")
    if values is None:
        return StoreFigures(*name)
    receipts, revenue, units, discount, returns = values
    return StoreFigures(*name, revenue, receipts, units, discount, returns, has_sales=True)


def _join(days: Sequence[Mapping[str, _Values]]) -> Mapping[str, _Values]:
    sums: dict[str, _Values] = {}
    for day in days:
        if not sums:
            sums = dict(day)
            continue
        for store_id, values in day.items():
            before = sums.get(store_id)
            sums[store_id] = values if before is None else tuple(map(add, before, values))
    return sums


_DAYS: RememberedDays[_Values, Mapping[str, _Values]] = RememberedDays(
    day_documents.TOTALS, day_documents.totals_of, dict, _join
)
