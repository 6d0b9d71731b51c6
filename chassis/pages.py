"""Page tokens (AIP-158): opaque, and bound to the filters of the request that they continue.

page = pages.open_page(request)
rows = find_leads(after=page.after, limit=page.size + 1)
rows, token = page.cut(rows, lambda lead: (lead.id,))
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.errors import InvalidArgument

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
_DIGEST_CHARS = 16

Position = tuple[str | int, ...]
Row = TypeVar("Row")


def page_size(requested: int) -> int:
    """0 means the default; more than the maximum is cut to it; a negative one raises InvalidArgument."""
    if requested < 0:
        raise InvalidArgument("INVALID_ARGUMENT", "page_size must not be negative", field="page_size")
    return min(requested or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)


def encode(position: Position, filters: str) -> str:
    """A token that continues after `position`: strings and whole numbers, as the room's own sort order needs."""
    body = json.dumps([_digest(filters), *position], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()


def decode(token: str, filters: str) -> Position | None:
    """The position in `token`; None for the first page (empty token). Raises InvalidArgument for any other text,
    and for a token that belongs to other filters."""
    if not token:
        return None
    try:
        body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        digest, *position = json.loads(body)
    except (binascii.Error, ValueError, TypeError) as error:
        raise _bad_token("is not a token of this list") from error
    if digest != _digest(filters):
        raise _bad_token("belongs to a request with other filters")
    if not position or not all(type(part) in (str, int) for part in position):
        raise _bad_token("is not a token of this list")
    return tuple(position)


def filters_of(request: Any) -> str:
    """Everything of a protobuf list request that is not paging."""
    rest = type(request)()
    rest.CopyFrom(request)
    rest.ClearField("page_size")
    rest.ClearField("page_token")
    return f"{request.DESCRIPTOR.full_name}:{rest.SerializeToString(deterministic=True).hex()}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page that is asked for: how many rows, and after which position (None: from the start)."""

    size: int
    after: Position | None
    filters: str

    def token(self, position: Position) -> str:
        """The token for the page after `position`."""
        return encode(position, self.filters)

    def cut(self, rows: Sequence[Row], position: Callable[[Row], Position]) -> tuple[Sequence[Row], str]:
        """Of up to size + 1 rows those of this page, and the next token ("" on the last page)."""
        if len(rows) <= self.size:
            return rows, ""
        return rows[: self.size], self.token(position(rows[self.size - 1]))


def open_page(request: Any) -> Page:
    """The page that a protobuf request with page_size and page_token asks for. Raises InvalidArgument."""
    filters = filters_of(request)
    return Page(page_size(request.page_size), decode(request.page_token, filters), filters)


def _digest(filters: str) -> str:
    return hashlib.sha256(filters.encode()).hexdigest()[:_DIGEST_CHARS]


def _bad_token(why: str) -> InvalidArgument:
    return InvalidArgument("PAGE_TOKEN_INVALID", f"page_token {why}", field="page_token")
