"""A hand-over as it is stored: what is to be done, and how far it came."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import ownership as announcements
from services.leads.domain.ownership.errors import HandOverNotFound, HandOverNotReturnable

RETURN = "hand_over_return"  # kind of deadline


class HandOverKind(StrEnum):
    """Why somebody hands over."""

    LEAVE = "leave"
    DEPARTURE = "departure"


class HandOverState(StrEnum):
    """How far it came."""

    RUNNING = "running"
    DONE = "done"
    RETURNING = "returning"
    RETURNED = "returned"


class HandOver(Aggregate):
    """Everything of one salesperson goes to others, chunk by chunk. Each chunk and its progress are one transaction."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "hand_overs",
        "indexes": [
            {"fields": ["running_key"], "unique": True, "name": "running_key"},
            {"fields": ["request_key"], "unique": True, "name": "request_key"},
            {"fields": ["from_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
        ],
    }
    not_found = HandOverNotFound

    kind: str = mongoengine.StringField(required=True)
    state: str = mongoengine.StringField(default=HandOverState.RUNNING)
    # Unique: the person while it runs, so that there is one at a time; afterwards the id.
    running_key: str = mongoengine.StringField(required=True)
    request_key: str = mongoengine.StringField(required=True)
    from_id: str = mongoengine.StringField(required=True)
    from_name: str = mongoengine.StringField(default="")
    supervisor_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    # In equal parts; empty means by the routing policy.
    to_ids: list[str] = PlainField(default=list)
    why: str = mongoengine.StringField(default="")
    requested_by: str = mongoengine.StringField(default="")
    request_time: datetime = mongoengine.DateTimeField()
    return_time: datetime | None = mongoengine.DateTimeField()
    finish_time: datetime | None = mongoengine.DateTimeField()
    # The last account that was looked at; the next chunk goes on behind it.
    cursor: str = mongoengine.StringField(default="")
    accounts: int = mongoengine.IntField(default=0)
    moved_accounts: int = mongoengine.IntField(default=0)
    moved_followers: int = mongoengine.IntField(default=0)
    left_accounts: int = mongoengine.IntField(default=0)
    returned_accounts: int = mongoengine.IntField(default=0)
    # Accounts by the id of who got them.
    received: dict[str, int] = PlainField(default=dict)

    def count_moved(self, received: dict[str, int], followers: int, left: int, cursor: str) -> None:
        """One more chunk is done."""
        self.cursor = cursor
        self.moved_accounts += sum(received.values())
        self.moved_followers += followers
        self.left_accounts += left
        self.received = {
            person_id: self.received.get(person_id, 0) + received.get(person_id, 0)
            for person_id in sorted({*self.received, *received})
        }

    def finish(self, at: datetime) -> None:
        """Everything moved; a leave goes back at its end."""
        self.state, self.running_key, self.finish_time, self.cursor = HandOverState.DONE, self.id, at, ""
        if self.return_time is not None:
            self.schedule(RETURN, self.return_time)
        self.emit(announcements.hand_over_finished(self))
        for person_id, number in self.received.items():
            self.emit(announcements.accounts_received(self, person_id, number))

    def begin_return(self, at: datetime) -> None:
        """What still belongs to the substitutes goes back, as of `at`. Raises HandOverNotReturnable."""
        if self.kind != HandOverKind.LEAVE or self.state not in (HandOverState.DONE, HandOverState.RETURNING):
            raise HandOverNotReturnable("only the finished hand-over of a leave goes back", state=self.state)
        if self.state == HandOverState.DONE:
            self.state, self.cursor = HandOverState.RETURNING, ""
            self.cancel(RETURN)
            self.emit(announcements.hand_over_return_due(self, at))

    def finish_return(self, at: datetime) -> None:
        """Everything is back."""
        self.state, self.finish_time = HandOverState.RETURNED, at
