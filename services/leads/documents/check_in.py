"""A check-in as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate


class CheckInRecord(Aggregate):
    """Where somebody was, when. It belongs to that person, not to the account's owner, and never changes."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "check_ins",
        "indexes": [
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["account_id", "_id"], "name": "account"},
        ],
        # Where people were is theirs: the audit says that, not where.
        "private_fields": ("latitude_microdegrees", "longitude_microdegrees"),
    }

    # The person; named as in everything that has row scopes.
    owner_id: str = mongoengine.StringField(required=True)
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    account_id: str = mongoengine.StringField(default="")
    latitude_microdegrees: int = mongoengine.IntField(required=True)
    longitude_microdegrees: int = mongoengine.IntField(required=True)
    accuracy_m: int = mongoengine.IntField(default=0)
    check_in_time: datetime = mongoengine.DateTimeField(required=True)
