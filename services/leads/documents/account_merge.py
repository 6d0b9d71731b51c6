"""A merge of two accounts as it is stored: everything that its undoing needs."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.intake.errors import MergeNotFound


class MergeState(StrEnum):
    """Whether the two are one."""

    MERGED = "merged"
    UNDONE = "undone"


class AccountMerge(Aggregate):
    """Who made which accounts one, why, and what it moved."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "account_merges",
        "indexes": [
            {"fields": ["winner_id", "_id"], "name": "winner"},
            {"fields": ["loser_id", "_id"], "name": "loser"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
        ],
        "private_fields": ("loser_keys",),
    }
    not_found = MergeNotFound

    state: str = mongoengine.StringField(default=MergeState.MERGED)
    winner_id: str = mongoengine.StringField(required=True)
    loser_id: str = mongoengine.StringField(required=True)
    owner_id: str = mongoengine.StringField(default="")
    # Of the loser, until it was merged.
    previous_owner_id: str = mongoengine.StringField(default="")
    previous_team_id: str = mongoengine.StringField(default="")
    # Of the winner and of the loser: whoever may undo it answers for both.
    region: str = mongoengine.StringField(default="")
    loser_region: str = mongoengine.StringField(default="")
    loser_keys: list[str] = PlainField(default=list)
    # Collection -> what was moved: {"id": ..., and the fields that changed with their former values}.
    moved: dict[str, list[dict[str, Any]]] = PlainField(default=dict)
    why: str = mongoengine.StringField(default="")
    merged_by: str = mongoengine.StringField(default="")
    merge_time: datetime = mongoengine.DateTimeField()
    undone_by: str = mongoengine.StringField(default="")
    undo_time: datetime | None = mongoengine.DateTimeField()
    undo_why: str = mongoengine.StringField(default="")
