"""Values that every message carries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from services.leads.domain.errors import FieldProblem

Row = Mapping[str, Any]


def timestamp(moment: datetime | None) -> Timestamp | None:
    """None stays unset."""
    if moment is None:
        return None
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def moment(message: Timestamp, field: str) -> datetime:
    """Aware UTC time, to the millisecond. Raises FieldProblem for what no calendar holds."""
    try:
        exact = message.ToDatetime(UTC)
    except ValueError:
        raise FieldProblem(field, "OUT_OF_RANGE", "日期无效", "not a date") from None
    return exact.replace(microsecond=exact.microsecond // 1000 * 1000)


def moment_if_set(request: Any, field: str) -> datetime | None:
    """The request's time in `field`, aware UTC; None when it has none. Raises FieldProblem."""
    return moment(getattr(request, field), field) if request.HasField(field) else None
