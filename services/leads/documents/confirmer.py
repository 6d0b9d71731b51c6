"""Our copy of a person who may vouch for a lead."""

from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate


class Confirmer(Aggregate):
    """Somebody of sales or marketing, who may confirm a budget or a technical fit."""

    meta: ClassVar[dict[str, Any]] = {"collection": "confirmers", "audited": False}

    active: bool = mongoengine.BooleanField(default=False)
    # The version of the person that this is a copy of.
    person_version: int = mongoengine.IntField(default=0)
