"""One line of the responsibility log."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine
from pymongo.client_session import ClientSession

from chassis.documents import Aggregate
from chassis.writes import Write
from services.leads.domain.ownership.errors import LogIsAppendOnly
from services.leads.domain.ownership.responsibility import EntryKind


class ResponsibilityEntry(Aggregate):
    """Who owns an account or one of its leads, since when, decided by whom, why. Written once, with the decision.

    A collection of its own, since an account with thousands of leads would outgrow one document. Nothing changes or
    removes a line: `commit` of one that is stored is refused.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "responsibility_entries",
        "indexes": [
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["account_id", "-since", "-_id"], "name": "account_since"},
            {"fields": ["lead_id", "-since", "-_id"], "name": "lead_since"},
            {"fields": ["kind", "-since", "-_id"], "name": "kind_since"},
            {"fields": ["kind", "-_id"], "name": "kind"},
            {"fields": ["reference", "_id"], "name": "reference"},
        ],
        # It is a record itself; the change that it records is audited with the lead and the account.
        "audited": False,
    }

    account_id: str = mongoengine.StringField(default="")
    # Empty when the whole account is meant.
    lead_id: str = mongoengine.StringField(default="")
    kind: str = mongoengine.StringField(default=EntryKind.ROUTED)
    owner_id: str = mongoengine.StringField(required=True)
    # Empty when the account is new.
    previous_owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    since: datetime = mongoengine.DateTimeField(required=True)
    decided_by: str = mongoengine.StringField(required=True)
    why: str = mongoengine.StringField(default="")
    # What the decider wrote, without the words around it.
    reason: str = mongoengine.StringField(default="")
    # 1 to 3 for one of those offered, 0 for nobody who was offered.
    candidate_rank: int = mongoengine.IntField(default=0)
    # Version of the policy that was asked; 0 for the defaults, or for none.
    policy_version: int = mongoengine.IntField(default=0)
    # The conflict or the hand-over that it belongs to.
    reference: str = mongoengine.StringField(default="")

    def commit(self, why: str = "", session: ClientSession | None = None) -> None:
        """Append the line. Raises LogIsAppendOnly for one that is there already."""
        self._require_new()
        super().commit(why, session)

    def prepare_write(self, why: str) -> Write | None:
        """The first and only write. Raises LogIsAppendOnly for a line that is there already."""
        self._require_new()
        return super().prepare_write(why)

    def _require_new(self) -> None:
        if not self.is_new:
            raise LogIsAppendOnly("a line of the responsibility log never changes", entry_id=self.id)
