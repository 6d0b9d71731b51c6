"""What a salesperson has and has achieved: counters that routing reads, changed only in the transaction of the change.

Plain increments on the salesperson's document, beside its version: a copy of a person's data and a lead's assignment
do not get in each other's way, while two assignments to one person conflict, and the later one decides again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from services.leads.documents import Salesperson
from services.leads.documents.salesperson import segment_key
from services.leads.domain.routing.months import month_of

# A document from before this counter has none.
_UNTOUCHED_IN_MONTH = {"$ifNull": ["$untouched_in_month", 0]}


def count_assigned(numbers: Mapping[str, int], month: str, session: ClientSession) -> None:
    """So many more leads of this month by salesperson, not yet contacted."""
    _bulk(
        (
            UpdateOne(
                {"_id": salesperson_id},
                [
                    {
                        "$set": {
                            "open_untouched": {"$add": ["$open_untouched", number]},
                            "assigned_in_month": {"$add": [_of_month(month, "$assigned_in_month"), number]},
                            "untouched_in_month": {"$add": [_of_month(month, _UNTOUCHED_IN_MONTH), number]},
                            "month": month,
                        }
                    }
                ],
            )
            for salesperson_id, number in numbers.items()
        ),
        session,
    )


def release(salesperson_id: str, counted_at: datetime, session: ClientSession) -> None:
    """Take back what `count_assigned` counted at `counted_at`: the lead went elsewhere after all."""
    same_month = _is_month(month_of(counted_at))
    _bulk([UpdateOne({"_id": salesperson_id}, [_less(same_month, {"assigned_in_month": same_month})])], session)


def count_contacted(salesperson_id: str, session: ClientSession, counted_at: datetime | None = None) -> None:
    """One untouched lead less; it was counted at `counted_at` (None: in the month that is counted now)."""
    same_month: Any = 1 if counted_at is None else _is_month(month_of(counted_at))
    _bulk([UpdateOne({"_id": salesperson_id}, [_less(same_month, {})])], session)


def move_untouched(moves: Iterable[tuple[str, str, datetime, datetime]], session: ClientSession) -> None:
    """Untouched leads have another owner: (from, to, assign time before, and now). What each got this month stays."""
    fewer: Counter[tuple[str, str]] = Counter()
    more: Counter[tuple[str, str]] = Counter()
    for from_id, to_id, assigned_before, assigned_now in moves:
        fewer[from_id, month_of(assigned_before)] += 1
        more[to_id, month_of(assigned_now)] += 1
    less = ((person, _less(_is_month(month, number), {}, number)) for (person, month), number in fewer.items())
    gain = ((person, _more(_is_month(month, number), number)) for (person, month), number in more.items())
    _bulk((UpdateOne({"_id": person}, [change]) for person, change in (*less, *gain)), session)


def count_outcome(owner_id: str, segment: str, won: bool, *, session: ClientSession | None = None) -> None:
    """A deal of the owner was won or lost in this segment; part of the transaction that closes the deal."""
    _add_outcome(owner_id, segment, won, 1, session)


def take_back_outcome(owner_id: str, segment: str, won: bool, *, session: ClientSession | None = None) -> None:
    """Take back what `count_outcome` counted: the deal was reopened."""
    _add_outcome(owner_id, segment, won, -1, session)


def _add_outcome(owner_id: str, segment: str, won: bool, number: int, session: ClientSession | None) -> None:
    # Without a segment it counts in the company's overall rate alone.
    path = f"outcomes.{segment_key(segment) or '-'}.{'won' if won else 'lost'}"
    Salesperson.collection().update_one({"_id": owner_id}, {"$inc": {path: number}}, session=session)


def _more(of_month: Any, number: int) -> dict[str, Any]:
    more: dict[str, Any] = {
        "open_untouched": {"$add": ["$open_untouched", number]},
        "untouched_in_month": {"$add": [_UNTOUCHED_IN_MONTH, of_month]},
    }
    return {"$set": more}


def _less(of_month: Any, others: Mapping[str, Any], number: int = 1) -> dict[str, Any]:
    fewer: dict[str, Any] = {
        "open_untouched": {"$subtract": ["$open_untouched", number]},
        "untouched_in_month": {"$max": [0, {"$subtract": [_UNTOUCHED_IN_MONTH, of_month]}]},
    }
    return {"$set": fewer | {name: {"$subtract": [f"${name}", number]} for name, number in others.items()}}


def _of_month(month: str, value: Any) -> dict[str, Any]:
    return {"$cond": [{"$eq": ["$month", month]}, value, 0]}


def _is_month(month: str, number: int = 1) -> dict[str, Any]:
    return {"$cond": [{"$eq": ["$month", month]}, number, 0]}


def _bulk(operations: Iterable[UpdateOne], session: ClientSession) -> None:
    listed = list(operations)
    if listed:
        Salesperson.collection().bulk_write(listed, ordered=True, session=session)
