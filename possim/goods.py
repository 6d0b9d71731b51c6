"""What a simulated chain sells: a Zipf catalogue, members, and receipts as real shops have them."""

import bisect
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from saleloop.pos.v1 import pos_service_pb2 as pos

CURRENCY = "CNY"
MEMBERS = 10_000
_ZIPF = 1.07  # exponent seen in grocery data: a few products make most of the lines
# Share of a day's receipts by hour of the wall clock: closed at night, peaks at noon and after work.
_HOURS = (0, 0, 0, 0, 0, 0, 1, 3, 4, 4, 5, 7, 8, 6, 5, 5, 6, 8, 9, 7, 5, 3, 1, 0)
_WEEKDAYS = (0.9, 0.9, 0.95, 1.0, 1.15, 1.3, 1.2)  # Monday first


@dataclass(frozen=True, slots=True)
class Shopping:
    """How receipts are made: lines and shares as averages."""

    skus: int = 20_000
    lines: float = 3.0
    members: float = 0.3
    returns: float = 0.01


class Goods:
    """Makes receipts without number; the same seed gives the same receipts."""

    def __init__(self, shopping: Shopping, seed: int) -> None:
        self._shopping, self._random = shopping, random.Random(seed)
        weights = (1 / rank**_ZIPF for rank in range(1, shopping.skus + 1))
        self._sums = list(itertools.accumulate(weights))

    def receipt(self, till_time: datetime) -> pos.Receipt:
        """A sale, or now and then a return of a sale that is not known."""
        chance = self._random
        is_return = chance.random() < self._shopping.returns
        receipt = pos.Receipt(kind=pos.RECEIPT_KIND_RETURN if is_return else pos.RECEIPT_KIND_SALE)
        receipt.till_time.FromDatetime(till_time)
        receipt.currency_code = CURRENCY
        if chance.random() < self._shopping.members:
            receipt.member_id = member_id(chance.randrange(MEMBERS))
        for _ in range(1 if is_return else self._lines()):
            self._add_line(receipt, -1 if is_return else 1)
        receipt.total_minor = sum(line.amount_minor for line in receipt.lines)
        receipt.tenders.add(kind=chance.choice(("cash", "card", "wechat", "alipay")), amount_minor=receipt.total_minor)
        return receipt

    def _add_line(self, receipt: pos.Receipt, sign: int) -> None:
        rank = bisect.bisect_left(self._sums, self._random.random() * self._sums[-1])
        quantity = 1 if self._random.random() < 0.8 else self._random.randint(2, 6)
        amount = price_minor(rank) * quantity
        discount = amount // 10 if self._random.random() < 0.15 else 0
        line = receipt.lines.add(sku=sku(rank), quantity_milli=sign * quantity * 1000)
        line.amount_minor = sign * (amount - discount)
        if discount:
            line.discounts.add(source=pos.DISCOUNT_SOURCE_PROMOTION, amount_minor=discount)

    def _lines(self) -> int:
        """At least 1; geometric around the mean."""
        mean = max(1.0, self._shopping.lines)
        if mean == 1.0:
            return 1
        return min(200, 1 + int(math.log(1 - self._random.random()) / math.log(1 - 1 / mean)))


def sku(rank: int) -> str:
    """The SKU of this rank, most sold first."""
    return f"SKU{rank:06d}"


def price_minor(rank: int) -> int:
    """Its price, the same for ever."""
    return 100 + rank * 7_919 % 9_900


def member_id(number: int) -> str:
    """The id of a member."""
    return f"M{number:06d}"


def moments(first_day: datetime, days: int, count: int, seed: int) -> Sequence[datetime]:
    """So many instants within these days, ascending: by hour, weekday and season (a year's sine of 20 %)."""
    chance = random.Random(seed)
    all_days = [first_day + timedelta(days=number) for number in range(days)]
    weights = [_WEEKDAYS[day.weekday()] * (1 + 0.2 * math.sin(day.timetuple().tm_yday / 58.1)) for day in all_days]
    chosen = zip(chance.choices(all_days, weights, k=count), chance.choices(range(24), _HOURS, k=count), strict=True)
    return sorted(day + timedelta(hours=hour, seconds=chance.randrange(3_600)) for day, hour in chosen)


def midnight(days_ago: int, now: datetime) -> datetime:
    """The start of a day, UTC."""
    return (now - timedelta(days=days_ago)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
