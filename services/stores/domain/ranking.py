"""Stores in the order of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

FIGURES = ("revenue", "receipts", "units", "average_receipt")


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
    has_sales: bool = False

    @property
    def average_receipt_minor(self) -> int:
        """Revenue by receipt, rounded half away from zero; 0 without receipts."""
        if self.receipts <= 0:
            return 0
        size, sign = abs(self.revenue_minor), -1 if self.revenue_minor < 0 else 1
        return sign * ((2 * size + self.receipts) // (2 * self.receipts))

    def figure(self, name: str) -> int:
        """The figure of that name (one of FIGURES). Raises ValueError."""
        if name not in FIGURES:
            raise ValueError(f"unknown figure {name!r}; one of {', '.join(FIGURES)}")
        by_name = {
            "revenue": self.revenue_minor,
            "receipts": self.receipts,
            "units": self.units_milli,
            "average_receipt": self.average_receipt_minor,
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


def share_bp(part: int, whole: int) -> int:
    """`part` of `whole` in basis points, rounded half up; 0 of nothing."""
    return (2 * part * 10_000 + whole) // (2 * whole) if whole > 0 and part > 0 else 0
