"""Counters of a rate limit, shared by all processes."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate


class RateWindow(Aggregate):
    """How often something happened in one window of real time. Counted by `$inc`, never saved as a document."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "rate_windows",
        "indexes": [{"fields": ["expire_time"], "expireAfterSeconds": 0, "name": "expire"}],
        "audited": False,
    }

    count: int = mongoengine.IntField(default=0)
    expire_time: datetime = mongoengine.DateTimeField()
