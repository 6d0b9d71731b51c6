"""Lists in time order, newest first, inside the caller's row scope."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chassis.errors import InvalidArgument
from chassis.pages import Page, Position
from services.billing.documents import Owned
from services.billing.queries.scopes import scope_query

Document = TypeVar("Document", bound=Owned)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def list_page(cls: type[Document], page: Page, **filters: Any) -> tuple[Sequence[Document], str]:
    """One page and the token of the next; empty filters do not filter."""
    parts = [scope_query(), {name: value for name, value in filters.items() if value}]
    after = require_position(page.after, int, str)
    if after is not None:
        parts.append(_after(cls.sorted_by, after))
    rows = cls.collection().find({"$and": parts}, {"outbox": 0})
    rows = rows.sort([(cls.sorted_by, -1), ("_id", -1)]).limit(page.size + 1)
    return page.cut([cls._from_son(row) for row in rows], _position)


def milliseconds(instant: datetime) -> int:
    """Since 1970, as page tokens carry a time."""
    return (instant - _EPOCH) // _MILLISECOND


def _position(document: Owned) -> Position:
    return milliseconds(getattr(document, document.sorted_by)), document.id


def require_position(after: Position | None, *types: type) -> Position | None:
    """The position when its parts are of these types; a token that somebody made up raises InvalidArgument."""
    if after is not None and tuple(map(type, after)) != types:
        raise _bad_token()
    return after


def _after(name: str, after: Position) -> dict[str, Any]:
    try:
        moment = _EPOCH + int(after[0]) * _MILLISECOND
    except OverflowError as error:
        raise _bad_token() from error
    return {"$or": [{name: {"$lt": moment}}, {name: moment, "_id": {"$lt": after[1]}}]}


def _bad_token() -> InvalidArgument:
    return InvalidArgument("PAGE_TOKEN_INVALID", "page_token is not a token of this list", field="page_token")
