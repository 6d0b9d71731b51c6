"""Stores in the order of a figure."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

_ATTRIBUTES = {
    "revenue": "revenue_minor",
    "receipts": "receipts",
    "units": "units_milli",
    "average_receipt": "average_receipt_minor",
    "discounts": "discount_minor",
    "returns": "returns",
}
FIGURES = tuple(_ATTRIBUTES)


def require_figure(name: str) -> str:
    """The name, when there is such a figure. Raises ValueError."""
    if name not in FIGURES:
        raise ValueError(f"unknown figure {name!r}; one of {', '.join(FIGURES)}")
    return name


def average_minor(revenue_minor: int, receipts: int) -> int:
    """Revenue by receipt, rounded half away from zero; 0 without receipts."""
    if receipts <= 0:
        return 0
    sign = -1 if revenue_minor < 0 else 1
    return sign * ((2 * abs(revenue_minor) + receipts) // (2 * receipts))


class StoreFigures(NamedTuple):  # made by the thousand for each answer, which takes a dataclass four times as long
    """What one store sold in a period; all zero when nothing."""

    store_id: str
    name: str
    region: str
    revenue_minor: int = 0
    receipts: int = 0
    units_milli: int = 0
    discount_minor: int = 0
    returns: int = 0
    has_sales: bool = False

    @property
    def average_receipt_minor(self) -> int:
        """Revenue by receipt, rounded half away from zero; 0 without receipts."""
        return average_minor(self.revenue_minor, self.receipts)

    def figure(self, name: str) -> int:
        """The figure of that name (one of FIGURES). Raises ValueError."""
        value: int = getattr(self, _ATTRIBUTES[require_figure(name)])
        return value


def rank(stores: Sequence[StoreFigures], figure: str) -> list[tuple[int, StoreFigures]]:
    """Highest first; equal figures share a rank and the next rank counts on (1, 2, 2, 4).

    Stores without sales stand at the end, also behind a store whose returns were larger than its sales.
    """
    value_of = attrgetter(_ATTRIBUTES[require_figure(figure)])
    # No two have the same id, so the stores themselves are never compared.
    ordered = sorted([(not store.has_sales, -value_of(store), store.store_id, store) for store in stores])
    ranked: list[tuple[int, StoreFigures]] = []
    before: tuple[bool, int] | None = None
    for position, (is_silent, value, _, store) in enumerate(ordered, start=1):
        is_equal = before == (is_silent, value)
        ranked.append((ranked[-1][0] if is_equal else position, store))
        before = is_silent, value
    return ranked


class ComparedStore(NamedTuple):
    """A store's place in two periods, `previous` being the earlier one."""

    rank: int
    now: StoreFigures
    previous_rank: int
    previous: StoreFigures
    figure_change: int

    @property
    def rank_change(self) -> int:
        """Places won; negative when lost."""
        return self.previous_rank - self.rank

    def change_bp(self, figure: str) -> int | None:
        """The change in basis points of the previous figure, rounded half up; None when that was not positive."""
        before = self.previous.figure(figure)
        return (2 * self.figure_change * 10_000 + before) // (2 * before) if before > 0 else None


def compare(now: Sequence[StoreFigures], previous: Sequence[StoreFigures], figure: str) -> list[ComparedStore]:
    """The stores in the order of the present period, with their place in the previous one.

    Both hold the same stores, each once. Raises ValueError for an unknown figure.
    """
    before = {store.store_id: (position, store) for position, store in rank(previous, figure)}
    return [
        ComparedStore(
            position, store, *before[store.store_id], store.figure(figure) - before[store.store_id][1].figure(figure)
        )
        for position, store in rank(now, figure)
    ]


def share_bp(part: int, whole: int) -> int:
    """`part` of `whole` in basis points, rounded half up; 0 of nothing."""
    return (2 * part * 10_000 + whole) // (2 * whole) if whole > 0 and part > 0 else 0
