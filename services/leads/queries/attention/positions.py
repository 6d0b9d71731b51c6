"""Paging through rows in the order of a time or of a number, the latest or largest first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.errors import InvalidArgument
from chassis.pages import Page
from services.leads.queries.accounts import Row

Condition = dict[str, Any]

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def after_latest(field: str, page: Page) -> Condition:
    """Rows behind the page's position, ordered by the time in `field` and by id, both falling."""
    if page.after is None:
        return {}
    milliseconds, row_id = _pair(page)
    try:
        moment = _START + milliseconds * _MILLISECOND
    except OverflowError:
        raise InvalidArgument("PAGE_TOKEN_INVALID", "page_token is not a token of this list") from None
    return _behind(field, moment, row_id)


def latest_position(field: str) -> Callable[[Row], tuple[str | int, ...]]:
    """The position of a row in that order."""
    return lambda row: ((row[field] - _START) // _MILLISECOND, row["_id"])


def after_largest(field: str, page: Page) -> Condition:
    """Rows behind the page's position, ordered by the number in `field` and by id, both falling."""
    return {} if page.after is None else _behind(field, *_pair(page))


def largest_position(field: str) -> Callable[[Row], tuple[str | int, ...]]:
    """The position of a row in that order."""
    return lambda row: (row[field], row["_id"])


def _pair(page: Page) -> tuple[int, str]:
    value, row_id = page.after if page.after is not None and len(page.after) == 2 else (None, None)
    if not isinstance(value, int) or not isinstance(row_id, str):
        raise InvalidArgument("PAGE_TOKEN_INVALID", "page_token is not a token of this list", field="page_token")
    return value, row_id


def _behind(field: str, value: Any, row_id: str) -> Condition:
    # The first condition alone lets the index begin at the right place.
    return {field: {"$lte": value}, "$or": [{field: {"$lt": value}}, {"_id": {"$lt": row_id}}]}
