"""What the gateway itself refuses, before or instead of asking a service."""

from collections.abc import Mapping, Sequence

from chassis.errors import FieldViolation

DOMAIN = "gateway.saleloop"


class Refusal(Exception):
    """An answer that is not the one asked for; has the shape that chassis.errors.describe knows.

    `reason` is one of saleloop.gateway.v1.ErrorReason without its prefix. `http_status` is set only where HTTP is
    finer than gRPC codes (405, 408, 413, 415, 422).
    """

    def __init__(
        self,
        code: str,
        reason: str,
        message: str,
        *,
        violations: Sequence[FieldViolation] = (),
        metadata: Mapping[str, str] | None = None,
        http_status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)
        self.metadata = dict(metadata or {})
        self.http_status = http_status
        self.headers = dict(headers or {})


def unreadable(message: str) -> Refusal:
    """400: the request is not what the contract describes."""
    return Refusal("INVALID_ARGUMENT", "BODY_UNREADABLE", message)


def too_large(limit: int) -> Refusal:
    """413; the connection is closed, since the rest of the body is never read."""
    return Refusal(
        "INVALID_ARGUMENT",
        "BODY_TOO_LARGE",
        f"the body is larger than {limit} bytes",
        http_status=413,
        headers={"connection": "close"},
    )


def too_slow(seconds: int) -> Refusal:
    """408; the connection is closed, since the rest of the body is never read."""
    return Refusal(
        "DEADLINE_EXCEEDED",
        "BODY_UNREADABLE",
        f"the body did not arrive within {seconds} s",
        http_status=408,
        headers={"connection": "close"},
    )


def try_again(code: str, reason: str, message: str, after_seconds: float) -> Refusal:
    """429 or 409 with the time after which the same request may succeed."""
    return Refusal(code, reason, message, headers={"retry-after": str(max(1, round(after_seconds + 0.5)))})
