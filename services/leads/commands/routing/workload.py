"""How many leads a salesperson has: counters that routing reads, changed only in the transaction of the lead.

Plain increments on the salesperson's document, beside its version: a copy of a person's data and a lead's assignment
do not get in each other's way, while two assignments to one person conflict, and the later one decides again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from services.leads.documents import Salesperson


def month_of(at: datetime) -> str:
    """The month that fairness counts in, "2026-11" (UTC)."""
    return f"{at:%Y-%m}"


def count_assigned(numbers: Mapping[str, int], month: str, session: ClientSession) -> None:
    """So many more leads of this month by salesperson, not yet contacted."""
    so_far: dict[str, Any] = {"$cond": [{"$eq": ["$month", month]}, "$assigned_in_month", 0]}
    operations = [
        UpdateOne(
            {"_id": salesperson_id},
            [
                {
                    "$set": {
                        "open_untouched": {"$add": ["$open_untouched", number]},
                        "assigned_in_month": {"$add": [so_far, number]},
                        "month": month,
                    }
                }
            ],
        )
        for salesperson_id, number in numbers.items()
    ]
    if operations:
        Salesperson.collection().bulk_write(operations, ordered=False, session=session)


def release(salesperson_id: str, counted_at: datetime, session: ClientSession) -> None:
    """Take back what `count_assigned` counted at `counted_at`: the lead went elsewhere after all."""
    same_month = {"$cond": [{"$eq": ["$month", month_of(counted_at)]}, 1, 0]}
    Salesperson.collection().update_one(
        {"_id": salesperson_id},
        [
            {
                "$set": {
                    "open_untouched": {"$subtract": ["$open_untouched", 1]},
                    "assigned_in_month": {"$subtract": ["$assigned_in_month", same_month]},
                }
            }
        ],
        session=session,
    )


def count_contacted(salesperson_id: str, session: ClientSession) -> None:
    """One untouched lead less."""
    Salesperson.collection().update_one({"_id": salesperson_id}, {"$inc": {"open_untouched": -1}}, session=session)
