"""How every answer leaves: its headers, the same for all."""

from starlette.types import Send

from chassis import telemetry
from gateway.http.answers import Answer

SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


async def send_answer(send: Send, answer: Answer) -> None:
    """Send `answer` with the security headers and the id of its trace."""
    headers = [
        (b"content-type", answer.content_type.encode("latin-1")),
        (b"content-length", str(len(answer.body)).encode()),
        (b"x-trace-id", telemetry.trace_id().encode()),
        *((name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers),
        *SECURITY,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
