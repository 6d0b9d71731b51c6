"""Count what comes from outside, in windows of real time that all processes share."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from chassis.clocks import real_clock
from services.leads.documents import RateWindow
from services.leads.domain.intake.errors import RateLimited


def count_one(what: str, limit: int, window: timedelta, *, digest: Callable[[str], str]) -> None:
    """Count one of `what` in the present window. Raises RateLimited when there were `limit` before.

    `digest` hides what is counted. A window starts at a multiple of its length, so that across its border twice the
    limit may come within one length.
    """
    seconds = int(window.total_seconds())
    now = real_clock.now()
    start = int(now.timestamp()) // seconds * seconds
    window_id = f"{digest(what)}:{start}"
    expire_time = now + 2 * window
    if _counted(window_id, expire_time) > limit:
        left = max(1, start + seconds - int(now.timestamp()))
        raise RateLimited(f"too many: try again in {left} s", retry_after_seconds=str(left))


def _counted(window_id: str, expire_time: object) -> int:
    for _ in range(3):
        try:
            found: Any = RateWindow.collection().find_one_and_update(
                {"_id": window_id},
                {"$inc": {"count": 1}, "$setOnInsert": {"expire_time": expire_time}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            return int(found["count"])
        except DuplicateKeyError:  # two first ones at once: the other one made the window
            continue
    return 0
