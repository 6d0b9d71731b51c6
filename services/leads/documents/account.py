"""An account as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import leads as announcements
from services.leads.documents.lead import Lead
from services.leads.domain.errors import AccountNotFound
from services.leads.domain.intake.company import company_key
from services.leads.domain.routing.candidates import SalespersonFacts


def name_key(company: str) -> str:
    """The key under which all spellings of a company meet."""
    return f"name:{company_key(company)}"


def phone_key(phone: str) -> str:
    """The key of a phone in E.164."""
    return f"phone:{phone}"


class Account(Aggregate):
    """A customer company. It comes into being with its owner, and never has none."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "accounts",
        "indexes": [
            {"fields": ["keys"], "unique": True, "name": "keys"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
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
