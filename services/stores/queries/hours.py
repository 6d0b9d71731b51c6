"""Receipts and revenue by hour of the week, remembered day by day.

A day's hours change only when a receipt is counted, and `receipts_by_day` counts exactly that, so most days of a
long period need not be added up again.
"""

import threading
from collections import OrderedDict

from services.stores.domain.periods import Period
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.view import View

Hours = dict[int, tuple[int, int]]
_VIEWS, _DAYS = 50, 1_000


class HourSums:
    """For one database. What is remembered belongs to exactly the stores that were in view."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], dict[str, tuple[int, Hours]]] = OrderedDict()

    def of_week(self, ledger: Ledger, period: Period, view: View) -> Hours:
        """(receipts, revenue) by the hour of the week (0 is Monday 0:00)."""
        # Counted before the hours are read: what comes in between is read again next time.
        counted = day_documents.receipts_by_day(ledger, period, view)
        kept = self._of_view(view)
        sums: Hours = {}
        for day, receipts in counted.items():
            known = kept.get(day)
            if known is None or known[0] != receipts:
                known = receipts, day_documents.hours_of_week(ledger, (day, day), view)
                kept[day] = known
            for hour, (of_hour, revenue) in known[1].items():
                before = sums.get(hour, (0, 0))
                sums[hour] = before[0] + of_hour, before[1] + revenue
        return sums

    def _of_view(self, view: View) -> dict[str, tuple[int, Hours]]:
        key = tuple(view.ids)
        with self._lock:
            kept = self._kept.setdefault(key, {})
            self._kept.move_to_end(key)
            if len(self._kept) > _VIEWS:
                self._kept.popitem(last=False)
            if len(kept) > _DAYS:
                kept.clear()
        return kept
