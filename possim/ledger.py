"""What was handed over, kept apart from the platform: the truth that its figures are held against."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from saleloop.pos.v1 import pos_service_pb2 as pos

Name = tuple[str, str]  # store, terminal


@dataclass(slots=True)
class StoreSums:
    """What a store's receipts add up to; money in minor units."""

    receipts: int = 0
    revenue_minor: int = 0
    units_milli: int = 0
    discount_minor: int = 0


@dataclass(slots=True)
class TillSums:
    """What became, or must become, of a till's receipts."""

    accepted: int = 0
    rejected: int = 0
    conflicts: int = 0
    repeated: int = 0
    last_number: int = 0


@dataclass
class Ledger:
    """Sums of everything sent, by store, till and SKU. `good` receipts count once, however often they are sent."""

    stores: dict[str, StoreSums] = field(default_factory=dict)
    tills: dict[Name, TillSums] = field(default_factory=dict)
    sku_revenue: Counter[str] = field(default_factory=Counter)
    keeps_skus: bool = True

    def open(self, store: str, terminal: str) -> None:
        """A till that may stay silent."""
        self.stores.setdefault(store, StoreSums())
        self.tills.setdefault((store, terminal), TillSums())

    def good(self, store: str, terminal: str, numbered: Iterable[tuple[int, pos.Receipt]]) -> None:
        """Believable receipts, under their numbers for the first time."""
        sums, till = self.stores[store], self.tills[store, terminal]
        for number, receipt in numbered:
            till.accepted += 1
            till.last_number = max(till.last_number, number)
            # A return is no receipt: it takes back money, units and discounts (which it names as positive).
            is_sale = receipt.kind == pos.RECEIPT_KIND_SALE
            sums.receipts += is_sale
            sums.revenue_minor += receipt.total_minor
            for line in receipt.lines:
                sums.units_milli += line.quantity_milli
                discounts = sum(discount.amount_minor for discount in line.discounts)
                sums.discount_minor += discounts if is_sale else -discounts
                if self.keeps_skus:
                    self.sku_revenue[line.sku] += line.amount_minor

    def rejected(self, store: str, terminal: str, count: int) -> None:
        """Receipts that nobody can believe."""
        self.tills[store, terminal].rejected += count

    def contradicting(self, store: str, terminal: str, count: int) -> None:
        """Other contents under numbers that are counted."""
        self.tills[store, terminal].conflicts += count

    def repeated(self, store: str, terminal: str, count: int) -> None:
        """The same receipts once more."""
        self.tills[store, terminal].repeated += count

    @property
    def accepted(self) -> int:
        """Receipts that must count."""
        return sum(till.accepted for till in self.tills.values())
