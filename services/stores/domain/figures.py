"""What accepted receipts add to the figures: of a store's business day, and of a member in a store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.stores.domain.business_day import place_in_time
from services.stores.domain.receipts import Kind, Receipt, is_key

# Counters of a SKU, in this order.
RECEIPTS, REVENUE, UNITS, DISCOUNT = range(4)


@dataclass(slots=True)
class DayFigures:
    """Additions to one business day; every counter may be negative (a void takes back what it cancels).

    `totals` has the keys receipts, revenue_minor, units_milli, discount_minor, returns, returned_minor, voids;
    `discounts` and `tenders` amounts by source and kind, `flags` receipts by flag. `hours` is keyed by the hour of
    the week (0 is Monday 00:00, store's own time) with [receipts, revenue], `corrections` by the UTC date on which
    late receipts came, with [receipts, revenue, units].
    """

    totals: Counter[str] = field(default_factory=Counter)
    discounts: Counter[str] = field(default_factory=Counter)
    tenders: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    hours: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    corrections: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    skus: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    receive_time: datetime | None = None

    def add(self, receipt: Receipt, hour: int, late_date: str = "") -> None:
        """Count one receipt that was paid in this hour of the week; `late_date` when the day was final before."""
        sign = -1 if receipt.takes_back else 1
        weight, totals, skus = receipt.weight, self.totals, self.skus
        units = discounted = 0
        seen = set()
        for sku, quantity, amount, discounts in receipt.lines:
            counters = skus[sku]
            counters[REVENUE] += amount
            counters[UNITS] += quantity
            units += quantity
            for source, discount_minor, _ in discounts:
                self.discounts[source] += sign * discount_minor
                counters[DISCOUNT] += sign * discount_minor
                discounted += sign * discount_minor
            if sku not in seen:
                seen.add(sku)
                counters[RECEIPTS] += weight
        totals["receipts"] += weight
        totals["revenue_minor"] += receipt.total_minor
        totals["units_milli"] += units
        totals["discount_minor"] += discounted
        of_hour = self.hours[hour]
        of_hour[0] += weight
        of_hour[1] += receipt.total_minor
        if receipt.kind is not Kind.SALE:
            self._add_reversal(receipt)
        for kind, amount in receipt.tenders:
            self.tenders[kind if is_key(kind) else "other"] += amount
        if late_date:
            correction = self.corrections[late_date]
            for index, value in enumerate((weight, receipt.total_minor, units)):
                correction[index] += value

    def _add_reversal(self, receipt: Receipt) -> None:
        is_return = receipt.kind is Kind.RETURN
        voids_a_return = not is_return and receipt.total_minor > 0
        self.totals["voids"] += not is_return
        self.totals["returns"] += is_return - voids_a_return
        if is_return or voids_a_return:
            self.totals["returned_minor"] -= receipt.total_minor


@dataclass(slots=True)
class MemberFigures:
    """What a member did in one store; times are those of sales (seconds), `hours` counts receipts by hour of week."""

    totals: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    first_seconds: int | None = None
    last_seconds: int | None = None

    def add(self, receipt: Receipt, hour: int, categories: Mapping[str, str], receive_seconds: int) -> None:
        """Count one receipt; a clock that is ahead cannot make the member's last visit later than its arrival."""
        weight = receipt.weight
        self.totals["receipts"] += weight
        self.totals["revenue_minor"] += receipt.total_minor
        self.hours[hour] += weight
        for sku, quantity, amount, _ in receipt.lines:
            self.totals["units_milli"] += quantity
            category = categories.get(sku)
            if category:
                self.categories[category] += amount
        if receipt.kind is Kind.SALE:
            seconds = min(receipt.till_seconds, receive_seconds)
            self.first_seconds = seconds if self.first_seconds is None else min(self.first_seconds, seconds)
            self.last_seconds = seconds if self.last_seconds is None else max(self.last_seconds, seconds)


def count_by_day(receipts: Iterable[Receipt], time_zone: str, closing_hour: int) -> dict[str, DayFigures]:
    """The additions of these receipts, by business day (YYYY-MM-DD)."""
    days: dict[str, DayFigures] = defaultdict(DayFigures)
    for receipt in receipts:
        day, hour = place_in_time(receipt.till_seconds // 60, time_zone, closing_hour)
        days[day].add(receipt, hour)
    return dict(days)
