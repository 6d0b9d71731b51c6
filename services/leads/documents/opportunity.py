"""An opportunity as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField


class Opportunity(Aggregate):
    """A deal with an account, from the valid lead to the payment. It has the account's owner."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "opportunities",
        "indexes": [
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
            {"fields": ["lead_id"], "name": "lead"},
            {"fields": ["create_time"], "name": "create_time"},
            {"fields": ["close_time"], "name": "close_time", "sparse": True},
            {"fields": ["expected_close_time"], "name": "expected_close_time", "sparse": True},
        ],
    }

    account_id: str = mongoengine.StringField(default="")
    # The lead that it came from; empty when a salesperson opened it.
    lead_id: str = mongoengine.StringField(default="")
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    channel: str = mongoengine.StringField(default="")
    # The account's industry; empty when unknown.
    segment: str = mongoengine.StringField(default="")
    # lead, proposal, quote, contract, payment.
    stage: str = mongoengine.StringField(default="lead")
    # open, won, lost.
    state: str = mongoengine.StringField(default="open")
    # When each stage was reached, by its name.
    stage_times: dict[str, datetime] = PlainField(default=dict)
    # Minor units of `currency`.
    expected_amount_minor: int = mongoengine.IntField(default=0)
    currency: str = mongoengine.StringField(default="CNY")
    expected_close_time: datetime | None = mongoengine.DateTimeField()
    create_time: datetime = mongoengine.DateTimeField()
    # The last word of a person about it.
    update_time: datetime = mongoengine.DateTimeField()
    first_quote_time: datetime | None = mongoengine.DateTimeField()
    close_time: datetime | None = mongoengine.DateTimeField()
    won_amount_minor: int = mongoengine.IntField(default=0)
    loss_reason: str = mongoengine.StringField(default="")
    lost_stage: str = mongoengine.StringField(default="")
