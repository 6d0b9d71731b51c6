"""Receipts and revenue by hour of the week."""

from collections.abc import Iterable, Mapping, Sequence

from services.stores.domain.periods import Period
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.remembered import RememberedDays
from services.stores.queries.view import View

Hours = Mapping[int, tuple[int, int]]


def _of_a_day(stores: Mapping[str, Sequence[tuple[int, int, int]]]) -> Hours:
    return _sum(each for of_store in stores.values() for each in of_store)


def _sum(found: Iterable[tuple[int, int, int]]) -> Hours:
    sums: dict[int, tuple[int, int]] = {}
    for hour, receipts, revenue in found:
        before = sums.get(hour, (0, 0))
        sums[hour] = before[0] + receipts, before[1] + revenue
    return sums


def _join(days: Sequence[Hours]) -> Hours:
    return _sum((hour, *added) for day in days for hour, added in day.items())


_DAYS = RememberedDays(day_documents.HOURS, day_documents.hours_of, _of_a_day, _join)


def hours_of_week(ledger: Ledger, period: Period, view: View) -> Hours:
    """(receipts, revenue) by the hour of the week (0 is Monday 0:00)."""
    return _DAYS.of(ledger, period, view)
