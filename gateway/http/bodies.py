"""Reads a request's body without ever holding more than the limit."""

from starlette.types import Receive

from gateway.http.refusals import too_large, unreadable

MAX_BODY_BYTES = 10 * 1024 * 1024


async def read_body(receive: Receive, content_length: str) -> bytes:
    """The whole body. Raises Refusal (413) as soon as it is known to be too large, 400 when the client went away."""
    if content_length and (not content_length.isdecimal() or int(content_length) > MAX_BODY_BYTES):
        raise too_large(MAX_BODY_BYTES)
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise unreadable("the client went away")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)
    return b"".join(chunks)
