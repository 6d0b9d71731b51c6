"""The reconciliation of a store's business day: what the tills say was paid, against what lies in the drawers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

CASH = "cash"


@dataclass(frozen=True, slots=True)
class CashCounted:
    """One count; `terminal_id` is "" when all drawers of the store were counted together."""

    amount_minor: int
    terminal_id: str
    note: str
    counted_by: str
    count_time: datetime


def counted_cash(counts: Sequence[CashCounted]) -> int | None:
    """What was counted, from all counts in their order; None before the first.

    The last count of all drawers together stands; without one, the last count of each drawer.
    """
    together = [count.amount_minor for count in counts if not count.terminal_id]
    if together:
        return together[-1]
    by_drawer = {count.terminal_id: count.amount_minor for count in counts}
    return sum(by_drawer.values()) if by_drawer else None


def ranges_text(ranges: Sequence[tuple[int, int]], limit: int) -> list[str]:
    """At most `limit` ranges as people write them: "104-109", "7"."""
    return [str(first) if first == last else f"{first}-{last}" for first, last in ranges[:limit]]
