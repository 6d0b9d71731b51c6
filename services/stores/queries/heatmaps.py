"""Figures over time and place."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.stores.domain.periods import Period, days_of
from services.stores.domain.ranking import StoreFigures, require_figure
from services.stores.domain.truth import Truth
from services.stores.geography import by_cell
from services.stores.ledger import Ledger
from services.stores.queries.hours import hours_of_week
from services.stores.queries.rankings import figures_by_day, figures_of_stores, total_of
from services.stores.queries.truth import truth_of
from services.stores.queries.view import visible_view


@dataclass(frozen=True, slots=True)
class StoreRowOfDays:
    """One figure of a store, by day; 0 for a day without sales."""

    store_id: str
    name: str
    values: Sequence[int]


def store_days(
    period: Period, *, region: str, figure: str, start: int, size: int
) -> tuple[list[str], list[StoreRowOfDays], bool, Truth]:
    """The days, `size` stores from position `start` on in the order of their ids, and whether there are more.

    Raises ValueError for an unknown figure.
    """
    require_figure(figure)
    ledger, view = Ledger(), visible_view(region)
    page, days = view.part(start, size), days_of(period)
    sold = figures_by_day(ledger, period, view, page)
    values = [[each.figure(figure) for each in sold[day]] if day in sold else [0] * len(page.stores) for day in days]
    of_stores = zip(*values, strict=True)
    rows = [StoreRowOfDays(store.id, store.name, found) for store, found in zip(page.stores, of_stores, strict=True)]
    return days, rows, start + size < len(view.stores), truth_of(view, period, ledger)


def week_hours(period: Period, *, region: str, store_id: str) -> tuple[list[tuple[int, ...]], Truth]:
    """COUNTERS of the 168 hours of the week, Monday 0:00 first. Raises StoreNotFound."""
    ledger, view = Ledger(), visible_view(region, store_id)
    return hours_of_week(ledger, period, view), truth_of(view, period, ledger)


def geography(period: Period, *, region: str, resolution: int) -> tuple[list[tuple[str, int, StoreFigures]], Truth]:
    """(cell, number of stores, figures) of every cell with a visible store, also of one without sales."""
    ledger, view = Ledger(), visible_view(region)
    figures = figures_of_stores(ledger, period, view)
    places = [(row.latitude, row.longitude, found) for row, found in zip(view.stores, figures, strict=True)]
    cells = [(cell, len(found), total_of(found)) for cell, found in by_cell(places, resolution).items()]
    return cells, truth_of(view, period, ledger)
