"""One line of an account's history."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField


class TimelineEntry(Aggregate):
    """What happened to an account, told by any service: who, when, why. Written once, under the event's id."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "timeline_entries",
        "indexes": [
            {"fields": ["account_id", "-time", "-_id"], "name": "account"},
            {"fields": ["owner_id", "-time"], "name": "owner"},
            {"fields": ["kind", "-time"], "name": "kind"},
            {"fields": ["by", "-time"], "name": "by"},
        ],
        # It is a record itself.
        "audited": False,
    }

    account_id: str = mongoengine.StringField(default="")
    lead_id: str = mongoengine.StringField(default="")
    opportunity_id: str = mongoengine.StringField(default="")
    # The event's noun and participle without version: "lead_contacted".
    kind: str = mongoengine.StringField(required=True)
    # The service that told it.
    source: str = mongoengine.StringField(required=True)
    time: datetime = mongoengine.DateTimeField(required=True)
    by: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    channel: str = mongoengine.StringField(default="")
    why: str = mongoengine.StringField(default="")
    details: dict[str, str] = PlainField(default=dict)
