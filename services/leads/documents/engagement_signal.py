"""One signal as it came in."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate
from chassis.ids import derived_id


class EngagementSignal(Aggregate):
    """Written once under the sender's id, so that a repetition is known also when the engagement has forgotten it."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "engagement_signals",
        "indexes": [{"fields": ["account_id", "-time"], "name": "account"}],
        # It is a record itself; what it changes is audited with the engagement.
        "audited": False,
    }

    account_id: str = mongoengine.StringField(required=True)
    opportunity_id: str = mongoengine.StringField(default="")
    signal_id: str = mongoengine.StringField(required=True)
    kind: str = mongoengine.StringField(required=True)
    time: datetime = mongoengine.DateTimeField(required=True)
    depth_bp: int = mongoengine.IntField(default=0)
    answer_minutes: int = mongoengine.IntField(default=0)
    recorded_by: str = mongoengine.StringField(default="")


def signal_key(signal_id: str) -> str:
    """The document id of a signal: its id is the sender's, whichever account it names."""
    return derived_id("engagement_signal", signal_id)
