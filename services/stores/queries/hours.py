"""What is counted, by hour of the week."""

from collections.abc import Iterable, Mapping, Sequence
from operator import add

from services.stores.domain.business_day import HOURS_OF_WEEK
from services.stores.domain.figures import COUNTERS
from services.stores.domain.periods import Period
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.remembered import RememberedDays
from services.stores.queries.view import View

# COUNTERS by the hour of the week.
Hours = Mapping[int, tuple[int, ...]]
_NOTHING = (0,) * len(COUNTERS)


def _of_a_day(stores: Mapping[str, Sequence[tuple[int, ...]]]) -> Hours:
    return _sum(each for of_store in stores.values() for each in of_store)


def _sum(found: Iterable[tuple[int, ...]]) -> Hours:
    sums: dict[int, tuple[int, ...]] = {}
    for hour, *added in found:
        sums[hour] = tuple(map(add, sums.get(hour, _NOTHING), added))
    return sums


def _join(days: Sequence[Hours]) -> Hours:
    return _sum((hour, *added) for day in days for hour, added in day.items())


_DAYS = RememberedDays(day_documents.HOURS, day_documents.hours_of, _of_a_day, _join)


def hours_of_week(ledger: Ledger, period: Period, view: View) -> list[tuple[int, ...]]:
    """COUNTERS of the 168 hours of the week, Monday 0:00 first."""
    hours = _DAYS.of(ledger, period, view)
    return [hours.get(hour, _NOTHING) for hour in range(HOURS_OF_WEEK)]
