"""The caller's own inbox."""

from chassis.clocks import clock
from chassis.principal import Principal
from services.notify.documents import InboxItem
from services.notify.domain.errors import InboxItemNotFound


def read_inbox_item(inbox_item_id: str, *, by: Principal) -> InboxItem:
    """Mark it as read; repeating keeps the first time. Raises InboxItemNotFound, also for other people's items."""
    item = InboxItem.load(inbox_item_id)
    if item.recipient_id != by.subject:
        raise InboxItemNotFound(inbox_item_id)
    if item.read_time is None:
        item.read_time = clock.now()
        item.commit()
    return item
