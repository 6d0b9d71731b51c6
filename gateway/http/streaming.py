"""A service's stream as server-sent events (WHATWG HTML, 9.2): data as proto JSON, heartbeats as comments.

Every stream begins with the whole present state, so that a Last-Event-ID needs nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import orjson
from google.protobuf.message import Message
from starlette.types import Receive, Send

from chassis import telemetry
from chassis.errors import Unavailable
from chassis.rpc_client import RemoteError
from chassis.rpc_status import failure_of
from gateway.http.sending import SECURITY
from gateway.http.writing import write_object

CONTENT_TYPE = b"text/event-stream; charset=utf-8"
HEARTBEAT = b": heartbeat\n\n"


class Events:
    """The answers of one call of grpc; the first is read already."""

    def __init__(self, call: Any, first: Message) -> None:
        self._call, self.first = call, first

    async def next(self) -> Message | None:
        """The next answer; None at the end. Raises RemoteError."""
        return await _read(self._call)


@asynccontextmanager
async def opened(call: Any) -> AsyncIterator[Events]:
    """The stream once its first answer is here, so that a refusal still is an ordinary answer. Raises RemoteError."""
    try:
        first = await _read(call)
        if first is None:
            raise Unavailable("STREAM_ENDED", "the service ended the stream before its first answer")
        yield Events(call, first)
    finally:
        call.cancel()


async def send_events(events: Events, receive: Receive, send: Send) -> None:
    """Send all of them; returns when the caller is gone, or after an `end` event that tells why there are no more."""
    headers = [
        (b"content-type", CONTENT_TYPE),
        (b"x-accel-buffering", b"no"),  # a proxy in between must not collect events
        (b"x-trace-id", telemetry.trace_id().encode()),
        *SECURITY,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _send(send, event_of(events.first))
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        while True:
            reading = asyncio.ensure_future(events.next())
            await asyncio.wait({reading, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                return
            try:
                message = reading.result()
            except RemoteError as ended:
                # The deadline of the call is the end of the caller's token.
                is_expired = ended.code in ("DEADLINE_EXCEEDED", "UNAUTHENTICATED")
                await _send(send, end_event("TOKEN_EXPIRED" if is_expired else ended.reason))
                break
            if message is None:
                await _send(send, end_event("SERVICE_ENDED"))
                break
            await _send(send, event_of(message))
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()


def event_of(message: Any) -> bytes:
    """One event, numbered by the message's sequence; a comment for a heartbeat."""
    if message.is_heartbeat:
        return HEARTBEAT
    return b"id: %d\ndata: %s\n\n" % (message.sequence, orjson.dumps(write_object(message)))


def end_event(reason: str) -> bytes:
    """The last event: why it ends. A client that may go on opens a new stream."""
    return b"event: end\ndata: %s\n\n" % orjson.dumps({"reason": reason})


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(call: Any) -> Message | None:
    try:
        message = await call.read()
    except grpc.RpcError as error:
        raise RemoteError(failure_of(error)) from error
    return None if message is grpc.aio.EOF else message
