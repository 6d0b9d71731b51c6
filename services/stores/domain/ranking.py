"""Stores in the order of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

FIGURES = ("revenue", "receipts", "units", "average_receipt", "discounts", "returns")


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


@dataclass(frozen=True, slots=True)
class StoreFigures:
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
        require_figure(name)
        by_name = {
            "revenue": self.revenue_minor,
            "receipts": self.receipts,
            "units": self.units_milli,
            "average_receipt": self.average_receipt_minor,
            "discounts": self.discount_minor,
            "returns": self.returns,
        }
        return by_name[name]


def rank(stores: Sequence[StoreFigures], figure: str) -> list[tuple[int, StoreFigures]]:
    """Highest first; equal figures share a rank and the next rank counts on (1, 2, 2, 4).

    Stores without sales stand at the end, also behind a store whose returns were larger than its sales.
    """
    ordered = sorted(stores, key=lambda s: (not s.has_sales, -s.figure(figure), s.store_id))
    ranked: list[tuple[int, StoreFigures]] = []
    for position, store in enumerate(ordered, start=1):
        before = ranked[-1] if ranked else None
        equal = before is not None and (before[1].has_sales, before[1].figure(figure)) == (
            store.has_sales,
            store.figure(figure),
        )
        ranked.append((before[0] if before is not None and equal else position, store))
    return ranked


@dataclass(frozen=True, slots=True)
class ComparedStore:
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
