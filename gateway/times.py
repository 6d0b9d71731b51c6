"""Instants between protobuf and Python."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def time_from(stamp: Timestamp) -> datetime:
    """Aware UTC, to the microsecond."""
    return stamp.ToDatetime(tzinfo=UTC)


def time_to_proto(moment: datetime) -> Timestamp:
    """The same instant. `moment` is aware."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
