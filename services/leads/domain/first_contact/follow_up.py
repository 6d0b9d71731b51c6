"""When the first contact is due, and when its owner is warned."""

from datetime import datetime, timedelta

WHOLE_BP = 10_000


def first_contact_due(assigned_at: datetime, limit: timedelta) -> datetime:
    """When the first contact is due: `limit` of wall-clock time after `assigned_at` (both UTC)."""
    return assigned_at + limit


def first_contact_warning(assigned_at: datetime, limit: timedelta, warn_after_bp: int) -> datetime:
    """When the owner is warned: after `warn_after_bp` basis points of the limit (8000 is 80 %)."""
    return assigned_at + limit * warn_after_bp / WHOLE_BP


def is_in_time(contacted_at: datetime, due_at: datetime | None) -> bool:
    """A contact at the due minute itself is in time; without a due time nothing can be late."""
    return due_at is None or contacted_at <= due_at
