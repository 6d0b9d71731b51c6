"""A jump past a closed gate, on record."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import pipeline as announcements
from services.leads.documents.opportunity import Opportunity


class RefusedJump(Aggregate):
    """Who wanted an opportunity where, when, and what was missing. Written once."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "refused_jumps",
        "indexes": [
            {"fields": ["opportunity_id", "_id"], "name": "opportunity"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["region", "_id"], "name": "region"},
        ],
        # It is a record itself.
        "audited": False,
    }

    opportunity_id: str = mongoengine.StringField(required=True)
    account_id: str = mongoengine.StringField(required=True)
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    # A person, or the event that asked for it.
    by: str = mongoengine.StringField(required=True)
    time: datetime = mongoengine.DateTimeField(required=True)
    from_stage: str = mongoengine.StringField(required=True)
    to_stage: str = mongoengine.StringField(required=True)
    missing: list[str] = PlainField(default=list)

    @classmethod
    def of(cls, opportunity: Opportunity, to_stage: str, missing: list[str], at: datetime, by: str) -> "RefusedJump":
        """The refusal, told to the others with its commit."""
        jump = cls(
            opportunity_id=opportunity.id,
            account_id=opportunity.account_id,
            company=opportunity.company,
            owner_id=opportunity.owner_id,
            team_id=opportunity.team_id,
            region=opportunity.region,
            by=by,
            time=at,
            from_stage=opportunity.stage,
            to_stage=to_stage,
            missing=missing,
        )
        jump.emit(announcements.opportunity_jump_refused(jump))
        return jump
