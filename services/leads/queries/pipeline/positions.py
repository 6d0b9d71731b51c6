"""Times in page tokens, which hold strings and whole numbers."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(time: datetime) -> int:
    """Unix milliseconds, as exact as MongoDB keeps a time."""
    return (time - EPOCH) // _MILLISECOND


def from_milliseconds(number: int) -> datetime:
    """Back to aware UTC time."""
    return EPOCH + number * _MILLISECOND
