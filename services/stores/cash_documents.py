"""Counts of the cash in a store's drawers; audited like every aggregate."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate
from services.stores.domain.errors import StoreNotFound


class CashCount(Aggregate):
    """One count of one business day; never changed, a later one stands beside it."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "cash_counts",
        "indexes": [("store_id", "business_day", "count_time")],
    }
    not_found = StoreNotFound

    store_id: str = mongoengine.StringField(required=True)
    business_day: str = mongoengine.StringField(required=True)
    # Empty: all drawers together.
    terminal_id: str = mongoengine.StringField(default="")
    amount_minor: int = mongoengine.IntField(required=True)
    note: str = mongoengine.StringField(default="")
    counted_by: str = mongoengine.StringField(required=True)
    count_time: datetime = mongoengine.DateTimeField(required=True)
