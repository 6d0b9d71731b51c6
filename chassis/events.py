"""What a handler gets: the event's message and the attributes it came with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import Message

from chassis.consuming import Delivery

M = TypeVar("M", bound=Message)

TRIES = 5
TRIES_HEADER = "x-saleloop-tries"  # tries that have failed so far
REASON_HEADER = "x-saleloop-reason"
QUEUE_HEADER = "x-saleloop-queue"
PARK_TIME_HEADER = "x-saleloop-park-time"


class RetryLater(Exception):
    """Raised by a handler: what it needs is not there yet. The text is the reason."""


class Park(Exception):
    """Raised by a handler: trying again cannot help. The text is the reason."""


@dataclass(frozen=True, slots=True)
class EventContext:
    """The CloudEvent's attributes. `time` is business time, `sequence` the version of the subject's document."""

    id: str
    type: str
    source: str
    time: datetime
    subject: str
    sequence: int
    trace: str
    real_time: datetime
    tries: int = 0


def context_of(delivery: Delivery) -> EventContext:
    """The attributes from the headers. Raises Park when they are no CloudEvent's."""
    headers = delivery.headers
    try:
        return EventContext(
            id=str(headers["ce-id"]),
            type=str(headers["ce-type"]),
            source=str(headers["ce-source"]),
            time=datetime.fromisoformat(headers["ce-time"]).astimezone(UTC),
            subject=str(headers.get("ce-subject", "")),
            sequence=int(headers.get("ce-sequence", 0)),
            trace=str(headers.get("traceparent", "")),
            real_time=datetime.fromisoformat(headers.get("ce-realtime", headers["ce-time"])).astimezone(UTC),
            tries=int(headers.get(TRIES_HEADER, 0)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Park(f"not a CloudEvent: {error!r}") from error


def message_of(delivery: Delivery, message_class: type[M]) -> M:
    """The body as `message_class`; fields that a newer publisher added are left out. Raises Park."""
    try:
        if not delivery.body.lstrip().startswith(b"{"):  # Parse takes an empty list for an empty message
            raise ParseError("not a JSON object")
        return Parse(delivery.body, message_class(), ignore_unknown_fields=True)
    except (ParseError, UnicodeDecodeError) as error:
        raise Park(f"the body is no {message_class.DESCRIPTOR.full_name}: {error}") from error
