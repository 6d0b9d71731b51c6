"""One line of the responsibility log."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate
from services.leads.domain.figures.of_work import INTERVENTIONS


class ResponsibilityEntry(Aggregate):
    """Who owns an account's lead, since when, decided by whom, why. Written once, in the transaction of the decision.

    A collection of its own, since an account with thousands of leads would outgrow one document.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "responsibility_entries",
        "indexes": [
            {"fields": ["account_id", "_id"], "name": "account"},
            # What leaders decided; the many entries of the rules are not in it.
            {
                "fields": ["kind", "since"],
                "name": "interventions",
                "partialFilterExpression": {"kind": {"$in": list(INTERVENTIONS)}},
            },
        ],
        # It is a record itself; the change that it records is audited with the lead and the account.
        "audited": False,
    }

    # routed, confirmed, overridden, lapsed, claimed, transferred, handed_over, merged, sla_moved.
    kind: str = mongoengine.StringField(default="routed")
    account_id: str = mongoengine.StringField(required=True)
    lead_id: str = mongoengine.StringField(required=True)
    owner_id: str = mongoengine.StringField(required=True)
    # Empty when the account is new.
    previous_owner_id: str = mongoengine.StringField(default="")
    since: datetime = mongoengine.DateTimeField(required=True)
    decided_by: str = mongoengine.StringField(required=True)
    why: str = mongoengine.StringField(default="")
