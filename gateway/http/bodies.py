"""Reads a request's body without ever holding more than the limit."""

import asyncio

from starlette.types import Receive

from gateway.http.refusals import too_large, too_slow, unreadable

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_BODY_SECONDS = 30


async def read_body(receive: Receive, content_length: str) -> bytes:
    """The whole body. Raises Refusal (413) as soon as it is known to be too large, 408 when it
    does not end within 30 s, 400 when the client went away."""
    if content_length and (not content_length.isdecimal() or int(content_length) > MAX_BODY_BYTES):
        raise too_large(MAX_BODY_BYTES)
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    try:
        async with asyncio.timeout(MAX_BODY_SECONDS):
            return await _rest(receive, body)
    except TimeoutError:
        raise too_slow(MAX_BODY_SECONDS) from None


async def _rest(receive: Receive, first: bytes) -> bytes:
    chunks, size, more = [first], len(first), True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            raise unreadable("the client went away")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)
    return b"".join(chunks)
