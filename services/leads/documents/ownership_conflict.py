"""A conflict about an account as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import ownership as announcements
from services.leads.documents.account import Account
from services.leads.domain.ownership.errors import ConflictAlreadyDecided, ConflictNotFound

OPEN = "open"
DECIDED = "decided"


class OwnershipConflict(Aggregate):
    """Several people say that one account is theirs, until somebody decides. At most one is open for an account."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "ownership_conflicts",
        "indexes": [
            {"fields": ["open_key"], "unique": True, "name": "open_key"},
            {"fields": ["claimant_ids", "_id"], "name": "claimants"},
            {"fields": ["region", "_id"], "name": "region"},
            {"fields": ["state", "_id"], "name": "state"},
        ],
    }
    not_found = ConflictNotFound

    state: str = mongoengine.StringField(default=OPEN)
    # Unique: the account while the conflict is open, afterwards its own id.
    open_key: str = mongoengine.StringField(required=True)
    account_id: str = mongoengine.StringField(required=True)
    company: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    # The owner when it was opened.
    owner_id: str = mongoengine.StringField(default="")
    # The owner of then and all who claim, each once.
    claimant_ids: list[str] = PlainField(default=list)
    # {"salesperson_id", "evidence", "claim_time"}, oldest first.
    claims: list[dict[str, Any]] = PlainField(default=list)
    open_time: datetime = mongoengine.DateTimeField()
    decided_owner_id: str = mongoengine.StringField(default="")
    decided_by: str = mongoengine.StringField(default="")
    decide_time: datetime | None = mongoengine.DateTimeField()
    why: str = mongoengine.StringField(default="")

    @classmethod
    def opened_about(cls, account: Account, at: datetime) -> "OwnershipConflict":
        """A conflict with the present owner on one side; `add_claim` adds the other."""
        return cls(
            open_key=account.id,
            account_id=account.id,
            company=account.name,
            region=account.region,
            owner_id=account.owner_id,
            claimant_ids=[account.owner_id],
            open_time=at,
        )

    def add_claim(self, salesperson_id: str, evidence: str, supervisor_id: str, at: datetime) -> None:
        """Record the claim; a person's second one changes nothing."""
        if any(claim["salesperson_id"] == salesperson_id for claim in self.claims):
            return
        self.claims = [*self.claims, {"salesperson_id": salesperson_id, "evidence": evidence, "claim_time": at}]
        self.claimant_ids = list(dict.fromkeys([*self.claimant_ids, salesperson_id]))
        self.emit(announcements.conflict_opened(self, salesperson_id, evidence, supervisor_id))

    def decide(self, owner_id: str, by: str, why: str, at: datetime) -> bool:
        """Close it in favour of `owner_id`. False when it was decided so before. Raises ConflictAlreadyDecided."""
        if self.state == DECIDED:
            if self.decided_owner_id != owner_id:
                raise ConflictAlreadyDecided("somebody else decided it otherwise", owner_id=self.decided_owner_id)
            return False
        self.state, self.open_key = DECIDED, self.id
        self.decided_owner_id, self.decided_by, self.why, self.decide_time = owner_id, by, why, at
        self.emit(announcements.conflict_decided(self))
        return True
