"""What a channel cost in a month."""

from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate


class ChannelCost(Aggregate):
    """The cost of one channel in one month; its id is "<month>/<channel>"."""

    meta: ClassVar[dict[str, Any]] = {"collection": "channel_costs"}

    channel: str = mongoengine.StringField(required=True)
    # "2026-11".
    month: str = mongoengine.StringField(required=True)
    # Minor units of CNY.
    amount_minor: int = mongoengine.LongField(required=True)


def channel_cost_id(channel: str, month: str) -> str:
    """One document for each channel and month."""
    return f"{month}/{channel}"
