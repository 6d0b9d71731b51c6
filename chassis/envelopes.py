"""What an event looks like in an outbox: a CloudEvent's attributes beside its proto JSON."""

import re
from datetime import datetime
from typing import TypedDict

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from chassis import telemetry
from chassis.clocks import clock, real_clock
from chassis.ids import new_id

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class OutboxEntry(TypedDict):
    """One event that waits for its publication inside the document that caused it.

    `body` is proto JSON, `time` business and `real_time` real time, `sequence` the document's version after
    the change, `traceparent` the span that emitted it (empty without one).
    """

    id: str
    type: str
    body: str
    time: datetime
    real_time: datetime
    subject: str
    sequence: int
    traceparent: str


def event_type(message: type[Message] | Message) -> str:
    """`LeadCreated` of saleloop.leads.v1 -> `lead_created.v1`."""
    package, name = message.DESCRIPTOR.full_name.rsplit(".", 1)
    return f"{_WORD_START.sub('_', name).lower()}.{package.rsplit('.', 1)[1]}"


def proto_json(message: Message) -> str:
    """Compact proto JSON with the field names of the contract."""
    fields = MessageToDict(message, preserving_proto_field_name=True)
    return orjson.dumps(fields).decode()


def entry(type_name: str, body: str, *, subject: str = "", sequence: int = 0) -> OutboxEntry:
    """A new entry of this moment; subject and sequence are known at the latest when it is committed."""
    return OutboxEntry(
        id=new_id(),
        type=type_name,
        body=body,
        time=clock.now(),
        real_time=real_clock.now(),
        subject=subject,
        sequence=sequence,
        traceparent=telemetry.traceparent(),
    )
