"""Receipts and revenue by hour of the week."""

from services.stores.domain.periods import Period
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.remembered import RememberedDays
from services.stores.queries.view import View

_DAYS = RememberedDays(day_documents.hours_of_days)


def hours_of_week(ledger: Ledger, period: Period, view: View) -> dict[int, tuple[int, int]]:
    """(receipts, revenue) by the hour of the week (0 is Monday 0:00)."""
    sums: dict[int, tuple[int, int]] = {}
    for day in _DAYS.of(ledger, period, view):
        for hour, (receipts, revenue) in day.items():
            before = sums.get(hour, (0, 0))
            sums[hour] = before[0] + receipts, before[1] + revenue
    return sums
