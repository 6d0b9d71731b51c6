"""What a service is told of a public call beside its body: who sent it, and how it was signed."""

from collections.abc import Mapping
from typing import Any

# Headers of Standard Webhooks.
SIGNED_WITH = ("webhook-id", "webhook-timestamp", "webhook-signature")
CLIENT_ADDRESS = "x-client-address"
_LONGEST = 2_000


def told_from_outside(client: Any, headers: Mapping[bytes, str]) -> tuple[tuple[str, str], ...]:
    """Call metadata; `client` is ASGI's host and port. A value that metadata cannot carry is left out, and what it was
    to prove is not proved."""
    told = [(CLIENT_ADDRESS, str(client[0]) if client else "")]
    told += [(name, headers.get(name.encode(), "")) for name in SIGNED_WITH]
    return tuple((name, value) for name, value in told if _can_be_carried(value))


def _can_be_carried(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable()
