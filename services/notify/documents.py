"""What notify stores. Inbox items and deliveries are records themselves and are not audited; cards and channels are."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from saleloop.notify.v1.events_pb2 import TaskCardChanged
from services.notify.domain import cards
from services.notify.domain.cards import CardState
from services.notify.domain.errors import ChannelNotFound, InboxItemNotFound, TaskCardNotFound

PENDING, SENT, FAILED, MERGED = "pending", "sent", "failed", "merged"


class Recipient(Aggregate):
    """notify's copy of a person."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "recipients",
        "audited": False,
        "indexes": [{"fields": ["roles", "active"], "name": "roles"}],
    }

    name: str = mongoengine.StringField(default="")
    roles: list[str] = PlainField(default=list)
    region: str = mongoengine.StringField(default="")
    supervisor_id: str = mongoengine.StringField(default="")
    email: str = mongoengine.StringField(default="")
    language: str = mongoengine.StringField(default="zh")
    active: bool = mongoengine.BooleanField(default=True)
    # Version of the gateway's person that this copy shows.
    person_version: int = mongoengine.IntField(default=0)


class InboxItem(Aggregate):
    """One message to one person; its id comes from the event and the person."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "inbox_items",
        "audited": False,
        "indexes": [
            {"fields": ["recipient_id", "-create_time", "-_id"], "name": "inbox"},
            {"fields": ["subject", "template"], "name": "subject"},
        ],
    }
    not_found = InboxItemNotFound

    recipient_id: str = mongoengine.StringField(required=True)
    template: str = mongoengine.StringField(required=True)
    title: str = mongoengine.StringField(default="")
    text: str = mongoengine.StringField(default="")
    subject: str = mongoengine.StringField(default="")
    create_time: datetime = mongoengine.DateTimeField(required=True)
    read_time: datetime | None = mongoengine.DateTimeField()


class TaskCard(Aggregate):
    """One piece of work, seen by several people; its id comes from the thing it is about."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "task_cards",
        "indexes": [
            {"fields": ["person_ids", "-create_time", "-_id"], "name": "people"},
            {"fields": ["-create_time", "-_id"], "name": "newest"},
        ],
    }
    not_found = TaskCardNotFound

    state: str = mongoengine.StringField(default=CardState.OPEN)
    level: int = mongoengine.IntField(default=0)
    template: str = mongoengine.StringField(default="")
    values: dict[str, Any] = PlainField(default=dict)
    subject: str = mongoengine.StringField(default="")
    person_ids: list[str] = PlainField(default=list)
    create_time: datetime = mongoengine.DateTimeField()
    changed_by: str = mongoengine.StringField(default="")
    change_time: datetime = mongoengine.DateTimeField()
    comment: str = mongoengine.StringField(default="")

    def acknowledge(self, by: str, at: datetime) -> None:
        """Raises WrongState when the card is done."""
        self.move(cards.after_acknowledge(CardState(self.state)), by, at)

    def complete(self, by: str, at: datetime, comment: str = "") -> None:
        """Done; doing it again changes nothing."""
        moved = cards.after_complete(CardState(self.state))
        if moved.changes:
            self.comment = comment
        self.move(moved, by, at)

    def move(self, moved: cards.Moved, by: str, at: datetime) -> None:
        """Take the new state and tell others about it."""
        if not moved.changes:
            return
        self.state, self.changed_by, self.change_time = moved.state.value, by, at
        told = TaskCardChanged(task_card_id=self.id, state=self.state, changed_by=by, version=self.version + 1)
        self.emit(told)


class Channel(Aggregate):
    """A robot or a mail server. Beside these fields the document holds `pace`, the robot's last messages, which only
    services.notify.sending.places touches."""

    meta: ClassVar[dict[str, Any]] = {"collection": "channels", "private_fields": ("secret", "url")}
    not_found = ChannelNotFound

    kind: str = mongoengine.StringField(required=True)
    url: str = mongoengine.StringField(required=True)
    secret: str = mongoengine.StringField(default="")
    roles: list[str] = PlainField(default=list)
    sender: str = mongoengine.StringField(default="")
    language: str = mongoengine.StringField(default="zh")
    enabled: bool = mongoengine.BooleanField(default=True)


class Delivery(Aggregate):
    """One message of one event through one channel, with every attempt. Sending changes it by atomic updates that
    check `claim`, never by commit()."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "deliveries",
        "audited": False,
        "indexes": [
            {
                "fields": ["channel_id", "next_attempt_time"],
                "name": "pending",
                "partialFilterExpression": {"state": PENDING},
            },
            {"fields": ["-create_time", "-_id"], "name": "newest"},
        ],
    }

    channel_id: str = mongoengine.StringField(required=True)
    template: str = mongoengine.StringField(required=True)
    subject: str = mongoengine.StringField(default="")
    title: str = mongoengine.StringField(default="")
    text: str = mongoengine.StringField(default="")
    critical: bool = mongoengine.BooleanField(default=False)
    # Mail only.
    addresses: list[str] = PlainField(default=list)
    state: str = mongoengine.StringField(default=PENDING)
    attempts: list[dict[str, Any]] = PlainField(default=list)
    create_time: datetime = mongoengine.DateTimeField()
    traceparent: str = mongoengine.StringField(default="")
    # Real time: nobody sends before, nor while somebody else holds the claim.
    next_attempt_time: datetime = mongoengine.DateTimeField()
    claim: str = mongoengine.StringField(default="")
    carrier_id: str = mongoengine.StringField(default="")
