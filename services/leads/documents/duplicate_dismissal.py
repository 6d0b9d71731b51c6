"""Somebody looked at a pair of accounts and said that they are two."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate
from chassis.ids import derived_id


class DuplicateDismissal(Aggregate):
    """Two accounts that are different companies, whatever they share."""

    meta: ClassVar[dict[str, Any]] = {"collection": "duplicate_dismissals"}

    dismissed_by: str = mongoengine.StringField(default="")
    why: str = mongoengine.StringField(default="")
    time: datetime = mongoengine.DateTimeField()

    @staticmethod
    def id_of(account_id: str, other_id: str) -> str:
        """The id of the pair, in whichever order."""
        return derived_id("different", *sorted((account_id, other_id)))
