"""Our copy of a person who sells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import unquote

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.errors import SalespersonNotEligible
from services.leads.domain.routing.candidates import LeaveSpan, SalespersonFacts


class Salesperson(Aggregate):
    """Our copy of a person who sells, and how many leads that person has."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "salespeople",
        "indexes": [{"fields": ["team_id", "_id"], "name": "team"}],
        "audited": False,
    }
    not_found = SalespersonNotEligible

    name: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    tags: list[str] = PlainField(default=list)
    active: bool = mongoengine.BooleanField(default=False)
    supervisor_id: str = mongoengine.StringField(default="")
    leaves: list[dict[str, datetime]] = PlainField(default=list)
    # The version of the person that this is a copy of.
    person_version: int = mongoengine.IntField(default=0)
    # Counters: changed by `workload` alone, in the transaction of the lead, and never saved from here.
    open_untouched: int = mongoengine.IntField(default=0)
    month: str = mongoengine.StringField(default="")
    assigned_in_month: int = mongoengine.IntField(default=0)
    untouched_in_month: int = mongoengine.IntField(default=0)
    # Deals {"won": 2, "lost": 1} by `segment_key`.
    outcomes: dict[str, dict[str, int]] = PlainField(default=dict)


def segment_key(segment: str) -> str:
    """A segment as the name of a field: MongoDB gives "." and "$" a meaning of their own."""
    return segment.replace("%", "%25").replace(".", "%2E").replace("$", "%24").replace("\0", "%00")


def salesperson_facts(row: Mapping[str, Any], month: str) -> SalespersonFacts:
    """What routing needs to know of a stored salesperson, with the number of leads of `month` ("2026-11").

    From the row as it is stored: building documents of 200 salespeople for each lead would cost more than all the rest.
    """
    return SalespersonFacts(
        id=row["_id"],
        name=row["name"],
        team_id=row["team_id"],
        supervisor_id=row["supervisor_id"],
        region=row["region"],
        tags=frozenset(row["tags"]),
        active=row["active"],
        leaves=tuple(LeaveSpan(leave["start_time"], leave["end_time"]) for leave in row["leaves"]),
        open_untouched=row["open_untouched"],
        assigned_this_month=row["assigned_in_month"] if row["month"] == month else 0,
        untouched_this_month=row.get("untouched_in_month", 0) if row["month"] == month else 0,
        outcomes={
            unquote(key): (outcome.get("won", 0), outcome.get("lost", 0))
            for key, outcome in (row.get("outcomes") or {}).items()
        },
    )
