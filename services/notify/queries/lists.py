"""Pages of inbox items, task cards and deliveries, newest first; and all channels."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from chassis.documents import Aggregate
from chassis.errors import InvalidArgument
from chassis.pages import Page, Position
from services.notify.documents import Channel, Delivery, InboxItem, Recipient, TaskCard

A = TypeVar("A", bound=Aggregate)
_NEWEST_FIRST = [("create_time", -1), ("_id", -1)]


def inbox_of(person_id: str, page: Page, *, unread_only: bool) -> tuple[Sequence[InboxItem], str]:
    """A person's inbox and the next page's token."""
    filters: dict[str, Any] = {"recipient_id": person_id}
    if unread_only:
        filters["read_time"] = None
    return _newest(InboxItem, filters, page)


def cards_seen_by(
    person_id: str | None, page: Page, *, state: str = "", subject: str = ""
) -> tuple[Sequence[TaskCard], str]:
    """The task cards that a person sees (None: all of them) and the next page's token."""
    # A card that was closed before it was opened has nobody to see it, and nothing to say.
    filters: dict[str, Any] = {"person_ids": person_id} if person_id is not None else {"level": {"$gt": 0}}
    return _newest(TaskCard, filters | _given(state=state, subject=subject), page)


def deliveries(page: Page, *, state: str = "", channel_id: str = "") -> tuple[Sequence[Delivery], str]:
    """Deliveries and the next page's token."""
    return _newest(Delivery, _given(state=state, channel_id=channel_id), page)


def channels(page: Page) -> tuple[Sequence[Channel], str]:
    """Channels by id, and the next page's token."""
    after = {"_id": {"$gt": page.after[0]}} if page.after else {}
    found = Channel.collection().find(after, {"outbox": 0}).sort("_id", 1).limit(page.size + 1)
    return page.cut([Channel._from_son(each) for each in found], lambda channel: (channel.id,))


def language_of(person_id: str) -> str:
    """The language that a person reads; "" when it is not known."""
    found = Recipient.collection().find_one({"_id": person_id}, {"language": 1})
    return str(found.get("language", "")) if found else ""


def _newest(aggregate: type[A], filters: dict[str, Any], page: Page) -> tuple[Sequence[A], str]:
    if page.after is not None:
        filters = filters | _after(page.after)
    found = aggregate.collection().find(filters, {"outbox": 0}).sort(_NEWEST_FIRST).limit(page.size + 1)
    return page.cut([aggregate._from_son(each) for each in found], _position)


def _position(row: Any) -> Position:
    return (round(row.create_time.timestamp() * 1000), row.id)


def _after(position: Position) -> dict[str, Any]:
    try:
        milliseconds, last_id = position
        moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidArgument(
            "PAGE_TOKEN_INVALID", "page_token is not a token of this list", field="page_token"
        ) from error
    return {"$or": [{"create_time": {"$lt": moment}}, {"create_time": moment, "_id": {"$lt": str(last_id)}}]}


def _given(**filters: str) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value}
