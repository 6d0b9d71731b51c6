"""What accepted receipts add to the figures of a store's business day."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.stores.domain.business_day import business_day, hour_of_week
from services.stores.domain.receipts import Kind, Receipt


@dataclass(slots=True)
class DayFigures:
    """Additions to one business day; every counter may be negative (a void takes back what it cancels).

    `totals` and the counters of a SKU have the keys receipts, revenue_minor, units_milli, discount_minor;
    `totals` also returns and voids, and `discounts` the discount by its source. `hours` is keyed by the hour of
    the week (0 is Monday 00:00, store's own time).
    """

    totals: Counter[str] = field(default_factory=Counter)
    discounts: Counter[str] = field(default_factory=Counter)
    hours: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    skus: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, receipt: Receipt, hour: int) -> None:
        """Count one receipt that was paid in this hour of the week."""
        sign = -1 if receipt.takes_back else 1
        weight = receipt.weight
        units = sum(line.quantity_milli for line in receipt.lines)
        self.totals["receipts"] += weight
        self.totals["revenue_minor"] += receipt.total_minor
        self.totals["units_milli"] += units
        self.totals["returns"] += _returns(receipt)
        self.totals["voids"] += receipt.kind is Kind.VOID
        self.hours[hour]["receipts"] += weight
        self.hours[hour]["revenue_minor"] += receipt.total_minor
        for line in receipt.lines:
            counters = self.skus[line.sku]
            counters["revenue_minor"] += line.amount_minor
            counters["units_milli"] += line.quantity_milli
            counters["discount_minor"] += sign * line.discount_minor
            self.totals["discount_minor"] += sign * line.discount_minor
            for discount in line.discounts:
                self.discounts[discount.source] += sign * discount.amount_minor
        for sku in {line.sku for line in receipt.lines}:
            self.skus[sku]["receipts"] += weight


def _returns(receipt: Receipt) -> int:
    if receipt.kind is Kind.RETURN:
        return 1
    return -1 if receipt.kind is Kind.VOID and receipt.total_minor > 0 else 0


def count_by_day(receipts: Iterable[Receipt], time_zone: str, closing_hour: int) -> dict[str, DayFigures]:
    """The additions of these receipts, by business day (YYYY-MM-DD)."""
    days: dict[str, DayFigures] = defaultdict(DayFigures)
    for receipt in receipts:
        day = business_day(receipt.till_time, time_zone, closing_hour).isoformat()
        days[day].add(receipt, hour_of_week(receipt.till_time, time_zone))
    return dict(days)
