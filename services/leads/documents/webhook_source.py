"""A program that sends leads as it is stored, and what it sent."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.intake.errors import WebhookSourceNotFound


class WebhookSource(Aggregate):
    """Who may send leads, and where they stand in what it sends."""

    meta: ClassVar[dict[str, Any]] = {"collection": "webhook_sources", "private_fields": ("sealed_secret",)}
    not_found = WebhookSourceNotFound

    name: str = mongoengine.StringField(required=True)
    channel: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    field_mapping: dict[str, str] = PlainField(default=dict)
    active: bool = mongoengine.BooleanField(default=True)
    # Encrypted with the installation's intake key; shown once, when it is made.
    sealed_secret: bytes = mongoengine.BinaryField()
    create_time: datetime = mongoengine.DateTimeField()


class WebhookDelivery(Aggregate):
    """One delivery with a good signature. It is forgotten after 30 days."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "webhook_deliveries",
        "indexes": [
            {"fields": ["source_id", "-receive_time", "-_id"], "name": "source"},
            {"fields": ["expire_time"], "expireAfterSeconds": 0, "name": "expire"},
        ],
        # A log; what it changed is audited with the lead.
        "audited": False,
    }

    source_id: str = mongoengine.StringField(required=True)
    webhook_id: str = mongoengine.StringField(required=True)
    accepted: bool = mongoengine.BooleanField(default=False)
    lead_id: str = mongoengine.StringField(default="")
    reason: str = mongoengine.StringField(default="")
    company: str = mongoengine.StringField(default="")
    masked_phone: str = mongoengine.StringField(default="")
    receive_time: datetime = mongoengine.DateTimeField()
    expire_time: datetime = mongoengine.DateTimeField()
