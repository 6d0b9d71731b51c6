"""An account as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import leads as announcements
from services.leads.documents.lead import Lead
from services.leads.documents.match_keys import name_key, phone_key
from services.leads.domain.errors import AccountNotFound
from services.leads.domain.routing.candidates import SalespersonFacts

__all__ = ["Account", "name_key", "phone_key"]


class Account(Aggregate):
    """A customer company. It comes into being with its owner, and never has none."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "accounts",
        "indexes": [
            {"fields": ["keys"], "unique": True, "name": "keys"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
            {"fields": ["team_id", "_id"], "name": "team"},
            {"fields": ["merged_into"], "name": "merged_into", "sparse": True},
            {"fields": ["create_time"], "name": "create_time"},
            {"fields": ["latitude_microdegrees"], "name": "place", "sparse": True},
        ],
        "private_fields": ("phone", "keys"),
    }
    not_found = AccountNotFound

    name: str = mongoengine.StringField(default="")
    # "name:<company key>" and "phone:<E.164>", each unique: two leads of one company cannot make two accounts.
    keys: list[str] = PlainField(default=list)
    phone: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    level: str = mongoengine.StringField(default="C")
    attributes: dict[str, str] = PlainField(default=dict)
    create_time: datetime = mongoengine.DateTimeField()
    # When its latest lead was assigned. Each assignment writes it, so that one that goes to the owner of a moment ago
    # meets a change of the owner.
    lead_time: datetime | None = mongoengine.DateTimeField()
    # The account that this one is part of; unset for an account of its own. Then it has no keys: they are the other's.
    merged_into: str | None = mongoengine.StringField()
    # Where to visit it, WGS 84; None while nobody has said.
    latitude_microdegrees: int | None = mongoengine.IntField()
    longitude_microdegrees: int | None = mongoengine.IntField()
    address: str = mongoengine.StringField(default="")

    @classmethod
    def opened_for(cls, lead: Lead, at: datetime) -> "Account":
        """The account of a company that nobody knew; `belong_to` gives it its owner."""
        return cls(
            name=lead.company,
            keys=[name_key(lead.company), phone_key(lead.phone)],
            phone=lead.phone,
            region=lead.region,
            create_time=at,
        )

    def belong_to(self, owner: SalespersonFacts) -> None:
        """Make `owner` responsible, and tell the others when that is new."""
        if (self.owner_id, self.team_id) != (owner.id, owner.team_id):
            self.owner_id, self.team_id = owner.id, owner.team_id
            self.emit_state()

    def emit_state(self) -> None:
        """Publish the whole current state, for the copies of the others."""
        self.emit(announcements.account_changed(self))
