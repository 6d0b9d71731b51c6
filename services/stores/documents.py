"""What is stored about stores and their terminals, as aggregates; what tills send lies in `ledger`."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.stores.domain.enrolment import CODE_LIFE
from services.stores.domain.errors import (
    EnrolmentCodeExpired,
    EnrolmentCodeUsed,
    StoreNotFound,
    TerminalNotFound,
)


class TerminalState(StrEnum):
    """INVITED has a code and no key yet; REVOKED is not let in any more."""

    INVITED = "INVITED"
    ENROLLED = "ENROLLED"
    REVOKED = "REVOKED"


class Decision(StrEnum):
    """A confirmed jump in the numbers, a declared loss, numbers that are wanted again."""

    JUMP = "JUMP"
    LOSS = "LOSS"
    RESEND = "RESEND"


class Store(Aggregate):
    """A shop; its id is the company's own."""

    meta: ClassVar[dict[str, Any]] = {"collection": "stores", "indexes": ["region", "version"]}
    not_found = StoreNotFound

    name: str = mongoengine.StringField()
    region: str = mongoengine.StringField()
    latitude: float = mongoengine.FloatField()
    longitude: float = mongoengine.FloatField()
    time_zone: str = mongoengine.StringField()
    closing_hour: int = mongoengine.IntField()
    currency_code: str = mongoengine.StringField()


class Terminal(Aggregate):
    """A till: who it is, not what it sent (see `ledger.Ledger.progress`). The id is "<store>/<terminal>"."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "terminals",
        "private_fields": ("code_hash", "used_code_hash"),
        "indexes": [
            "store_id",
            {"fields": ["code_hash"], "sparse": True},
            {"fields": ["used_code_hash"], "sparse": True},
        ],
    }
    not_found = TerminalNotFound

    store_id: str = mongoengine.StringField(required=True)
    terminal_id: str = mongoengine.StringField(required=True)
    state: str = mongoengine.StringField(default=TerminalState.INVITED.value)
    # Counts the enrolments; 0 before the first. Receipt numbers start at 1 in each.
    epoch: int = mongoengine.IntField(default=0)
    public_key: str = mongoengine.StringField()
    code_hash: str | None = mongoengine.StringField()
    code_expire_time: datetime | None = mongoengine.DateTimeField()
    used_code_hash: str | None = mongoengine.StringField()
    # What people decided about missing numbers: {kind, epoch, first, last, person_id, why, time}, kind of Decision.
    decisions: list[dict[str, Any]] = PlainField(default=list)

    def invite(self, code_hash: str, now: datetime) -> datetime:
        """Let whoever holds the code enrol, until the returned time (real). An earlier code is void.

        An enrolled till goes on with its present key until the code is used.
        """
        self.code_hash = code_hash
        self.code_expire_time = now + CODE_LIFE
        if self.state == TerminalState.REVOKED:
            self.state = TerminalState.INVITED.value
        return self.code_expire_time

    def enrol(self, code_hash: str, public_key: str, now: datetime) -> bool:
        """Take the key and start a new epoch. False when exactly this was done already (a lost answer).

        Raises EnrolmentCodeUsed, EnrolmentCodeExpired.
        """
        if self.code_hash != code_hash:
            if self.used_code_hash == code_hash and self.public_key == public_key and self.is_enrolled:
                return False
            raise EnrolmentCodeUsed("this code has been used already; ask for a new one")
        if self.code_expire_time is None or now >= self.code_expire_time:
            raise EnrolmentCodeExpired("this code has expired; ask for a new one")
        self.used_code_hash, self.code_hash, self.code_expire_time = code_hash, None, None
        self.public_key = public_key
        self.state = TerminalState.ENROLLED.value
        self.epoch += 1
        return True

    def revoke(self) -> bool:
        """Never let this key (nor an open code) in again; False when it is revoked already."""
        if self.state == TerminalState.REVOKED:
            return False
        self.state = TerminalState.REVOKED.value
        self.code_hash = self.code_expire_time = None
        return True

    def decide(self, kind: Decision, first: int, last: int, *, person_id: str, why: str, now: datetime) -> bool:
        """Record it about numbers of the present epoch; False when the same was decided before."""
        if (first, last) in self.decided(kind):
            return False
        made = {"kind": kind.value, "epoch": self.epoch, "first": first, "last": last}
        self.decisions = [*self.decisions, {**made, "person_id": person_id, "why": why, "time": now}]
        return True

    def decided(self, kind: Decision) -> list[tuple[int, int]]:
        """The ranges of the present epoch about which this was decided."""
        found = [each for each in self.decisions if each["kind"] == kind and each["epoch"] == self.epoch]
        return [(each["first"], each["last"]) for each in found]

    @property
    def is_enrolled(self) -> bool:
        """True while its key opens the door."""
        return self.state == TerminalState.ENROLLED


class MasterDataChange(Aggregate):
    """The audit's record of one bulk change of SKUs or members, which are too many for an aggregate each.

    `changes` holds [key, before, after] of each changed one; before is "" for a new one.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "master_data_changes"}

    kind: str = mongoengine.StringField()
    changes: list[list[str]] = PlainField(default=list)


def stored_stores(ids: Iterable[str]) -> dict[str, Store]:
    """Those of the stores that exist, by id."""
    found = Store.collection().find({"_id": {"$in": list(ids)}}, {"outbox": 0})
    return {son["_id"]: Store._from_son(son) for son in found}


def stored_terminals(ids: Iterable[str]) -> dict[str, Terminal]:
    """Those of the terminals that exist, by "<store>/<terminal>"."""
    found = Terminal.collection().find({"_id": {"$in": list(ids)}}, {"outbox": 0})
    return {son["_id"]: Terminal._from_son(son) for son in found}


def terminal_key(store_id: str, terminal_id: str) -> str:
    """The document id of a terminal."""
    return f"{store_id}/{terminal_id}"
