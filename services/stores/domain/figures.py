"""What accepted receipts add to the figures: of a store's business day, and there of each SKU and member."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.stores.domain.business_day import place_in_time
from services.stores.domain.receipts import Kind, Receipt, is_key

# What is counted of a day, of each of its hours and of each SKU, in this order (RETURNS: receipts that take back).
COUNTERS = ("receipts", "revenue_minor", "units_milli", "discount_minor", "returns")
RECEIPTS, REVENUE, UNITS, DISCOUNT, RETURNS = range(len(COUNTERS))
# A receipt and the hour of the week (0 is Monday 00:00, store's own time) in which it was paid.
Placed = tuple[Receipt, int]


@dataclass(slots=True)
class MemberFigures:
    """What a member did in a store on a day; times are those of sales (seconds), `hours` counts receipts by hour of
    week, `categories` sums revenue."""

    receipts: int = 0
    revenue_minor: int = 0
    units_milli: int = 0
    first_seconds: int | None = None
    last_seconds: int | None = None
    hours: dict[int, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)

    def add(self, receipt: Receipt, hour: int, categories: Mapping[str, str], receive_seconds: int) -> None:
        """Count one receipt; a clock that is ahead cannot make the member's last visit later than its arrival."""
        weight = receipt.weight
        self.receipts += weight
        self.revenue_minor += receipt.total_minor
        self.hours[hour] = self.hours.get(hour, 0) + weight
        own = self.categories
        for sku, quantity, amount, _ in receipt.lines:
            self.units_milli += quantity
            category = categories.get(sku)
            if category:
                own[category] = own.get(category, 0) + amount
        if receipt.kind is Kind.SALE:
            seconds = min(receipt.till_seconds, receive_seconds)
            self._visited(seconds, seconds)

    def add_all(self, other: "MemberFigures") -> None:
        """Count what the other counted."""
        self.receipts += other.receipts
        self.revenue_minor += other.revenue_minor
        self.units_milli += other.units_milli
        for hour, receipts in other.hours.items():
            self.hours[hour] = self.hours.get(hour, 0) + receipts
        for category, revenue in other.categories.items():
            self.categories[category] = self.categories.get(category, 0) + revenue
        if other.first_seconds is not None and other.last_seconds is not None:
            self._visited(other.first_seconds, other.last_seconds)

    def _visited(self, first: int, last: int) -> None:
        if self.first_seconds is None or first < self.first_seconds:
            self.first_seconds = first
        if self.last_seconds is None or last > self.last_seconds:
            self.last_seconds = last


SkuSums = dict[str, list[int]]
MemberSums = dict[str, MemberFigures]


@dataclass(slots=True)
class DayFigures:
    """Additions to one business day; every counter may be negative (a void takes back what it cancels).

    `totals` has the keys COUNTERS, returned_minor and voids; `discounts` and `tenders` amounts by source and kind,
    `flags` receipts by flag. `hours` is keyed by the hour of the week and `skus` by the SKU, with COUNTERS each;
    `corrections` by the UTC date on which late receipts came, with [receipts, revenue, units].
    """

    totals: Counter[str] = field(default_factory=Counter)
    discounts: Counter[str] = field(default_factory=Counter)
    tenders: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    hours: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(COUNTERS)))
    corrections: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    skus: SkuSums = field(default_factory=dict)
    members: MemberSums = field(default_factory=dict)
    receive_time: datetime | None = None

    def add(self, receipts: Iterable[Placed], late_date: str = "") -> None:
        """Count receipts of this day; `late_date` when the day was final before they came."""
        count = revenue = units = discount = returns = 0
        hours, tenders = self.hours, self.tenders
        for receipt, hour in receipts:
            weight, total = receipt.weight, receipt.total_minor
            for kind, amount in receipt.tenders:
                tenders[kind if is_key(kind) else "other"] += amount
            returned = 0 if receipt.kind is Kind.SALE else self._add_reversal(receipt)
            of_units, of_discount = self._add_lines(receipt, weight, returned)
            of_hour = hours[hour]
            of_hour[RECEIPTS] += weight
            of_hour[REVENUE] += total
            of_hour[UNITS] += of_units
            of_hour[DISCOUNT] += of_discount
            of_hour[RETURNS] += returned
            count += weight
            revenue += total
            units += of_units
            discount += of_discount
            returns += returned
        self.totals.update(dict(zip(COUNTERS, (count, revenue, units, discount, returns), strict=True)))
        if late_date:
            correction = self.corrections[late_date]
            for index, value in enumerate((count, revenue, units)):
                correction[index] += value

    def _add_lines(self, receipt: Receipt, weight: int, returned: int) -> tuple[int, int]:
        """Units and discounts of the receipt."""
        units = discounted = 0
        skus, seen = self.skus, set()
        for sku, quantity, amount, discounts in receipt.lines:
            counters = skus.get(sku)
            if counters is None:
                counters = skus[sku] = [0, 0, 0, 0, 0]
            counters[REVENUE] += amount
            counters[UNITS] += quantity
            units += quantity
            if discounts:
                sign = -1 if receipt.takes_back else 1
                for source, amount_minor, _ in discounts:
                    self.discounts[source] += sign * amount_minor
                    counters[DISCOUNT] += sign * amount_minor
                    discounted += sign * amount_minor
            if sku not in seen:
                seen.add(sku)
                counters[RECEIPTS] += weight
                counters[RETURNS] += returned
        return units, discounted

    def _add_reversal(self, receipt: Receipt) -> int:
        """How many returns it adds: 1, or -1 when it voids one."""
        is_return = receipt.kind is Kind.RETURN
        voids_a_return = not is_return and receipt.total_minor > 0
        self.totals["voids"] += not is_return
        if is_return or voids_a_return:
            self.totals["returned_minor"] -= receipt.total_minor
        return is_return - voids_a_return


def count_by_day(receipts: Iterable[Receipt], time_zone: str, closing_hour: int) -> dict[str, DayFigures]:
    """The additions of these receipts, by business day (YYYY-MM-DD)."""
    days: dict[str, DayFigures] = defaultdict(DayFigures)
    for receipt in receipts:
        day, hour = place_in_time(receipt.till_seconds // 60, time_zone, closing_hour)
        days[day].add([(receipt, hour)])
    return dict(days)
