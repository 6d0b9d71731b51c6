"""Lists by creation time, newest first: for documents whose ids are derived and tell no time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.pages import Position

Row = Mapping[str, Any]

NEWEST_FIRST = [("create_time", -1), ("_id", -1)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def position(row: Mapping[str, Any]) -> Position:
    """Where a row stands, for a page token."""
    return (row["create_time"] - EPOCH) // timedelta(milliseconds=1), row["_id"]


def older_than(after: Position) -> dict[str, Any]:
    """The condition for what comes behind a position."""
    at = EPOCH + timedelta(milliseconds=int(after[0]))
    return {"$or": [{"create_time": {"$lt": at}}, {"create_time": at, "_id": {"$lt": after[1]}}]}
