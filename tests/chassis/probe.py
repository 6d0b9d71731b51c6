"""A small service named leads whose handlers do what the tests need, and write down what they did.

Environment: PROBE_FAIL ("always": `fail_always` fails).
"""

import os
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate
from chassis.topology import Event, Subscription, Topology
from saleloop.leads.v1 import events_pb2 as events

TOPOLOGY = Topology(
    services=("leads", "gateway"),
    events=(
        Event("leads", "lead_created.v1"),
        Event("leads", "lead_assigned.v1"),
        Event("leads", "lead_unroutable.v1"),
        Event("leads", "lead_contacted.v1", subscribed=False),
    ),
    subscriptions=(
        Subscription("leads", "count_created", "leads", "lead_created.v1"),
        Subscription("leads", "fail_always", "leads", "lead_assigned.v1"),
        Subscription("leads", "park_at_once", "leads", "lead_unroutable.v1"),
    ),
)


class Thing(Aggregate):
    """What commands change."""

    meta: ClassVar[dict[str, Any]] = {"collection": "things", "private_fields": ("phone", "contact.phone")}

    name: str = mongoengine.StringField(required=True)
    phone: str = mongoengine.StringField()
    tags: list[str] = mongoengine.ListField(mongoengine.StringField())
    contact: dict[str, object] = mongoengine.DictField()
    reminders: int = mongoengine.IntField(default=0)

    def created(self) -> "Thing":
        """Committed together with its event."""
        self.emit(events.LeadCreated(lead_id=self.id, region="east"))
        self.commit()
        return self


class Effect(Aggregate):
    """What a handler did for one thing; `times` shows a doubled effect."""

    meta: ClassVar[dict[str, Any]] = {"collection": "effects", "audited": False}

    times: int = mongoengine.IntField(default=0)


def fails(name: str) -> bool:
    """True when the handler `name` is told to fail."""
    return name in os.environ.get("PROBE_FAIL", "").split(",")
