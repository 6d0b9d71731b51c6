"""Reading opportunities and what was refused to them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Opportunity, RefusedJump
from services.leads.domain.pipeline.errors import OpportunityNotFound
from services.leads.domain.pipeline.stages import DealState, Stage
from services.leads.queries.pipeline.positions import EPOCH, from_milliseconds, milliseconds
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}


@dataclass(frozen=True, kw_only=True)
class BoardFilter:
    """Which opportunities; empty lets everything through."""

    stage: str = ""
    state: str = ""
    owner_id: str = ""
    segment: str = ""
    account_id: str = ""

    @property
    def condition(self) -> dict[str, str]:
        """For MongoDB."""
        return {name: value for name, value in asdict(self).items() if value}


def get_opportunity(opportunity_id: str, by: Principal, scope: Scope) -> Row:
    """The opportunity. Raises OpportunityNotFound, also for one that the caller may not see."""
    where = {"$and": [{"_id": opportunity_id}, owned_rows(by, scope)]}
    row = Opportunity.collection().find_one(where, LEFT_OUT)
    if row is None:
        raise OpportunityNotFound(f"there is no opportunity {opportunity_id}", opportunity_id=opportunity_id)
    return row


def list_opportunities(by: Principal, scope: Scope, page: Page, wanted: BoardFilter) -> tuple[Sequence[Row], str]:
    """One page of opportunities, newest first, and the next page's token."""
    where: list[dict[str, Any]] = [owned_rows(by, scope), wanted.condition]
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(Opportunity.collection().find({"$and": where}, LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def stage_totals(by: Principal, scope: Scope, wanted: BoardFilter) -> Sequence[Row]:
    """For each stage and currency that has any: {stage, currency, count, expected_minor}, over all pages.

    Of the open ones unless a state is asked for: nothing is expected of those that are closed.
    """
    key = {"stage": "$stage", "currency": "$currency"}
    # Stages are named, so that the sums are read from the index of state and stage, without the documents.
    every = {"state": DealState.OPEN.value, "stage": {"$in": [stage.value for stage in Stage]}}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"$and": [owned_rows(by, scope), {**every, **wanted.condition}]}},
        {"$group": {"_id": key, "count": {"$sum": 1}, "expected_minor": {"$sum": "$expected_amount_minor"}}},
    ]
    rows = Opportunity.collection().aggregate(pipeline)
    return [{**row["_id"], "count": row["count"], "expected_minor": row["expected_minor"]} for row in rows]


def list_coaching(by: Principal, scope: Scope, page: Page, team_id: str) -> tuple[Sequence[Row], str]:
    """One page of the open opportunities that nobody has said a word about, the longest silent first."""
    silent = {"state": DealState.OPEN.value, "coaching_since": {"$gt": EPOCH}}
    where: list[dict[str, Any]] = [owned_rows(by, scope), silent]
    if team_id:
        where.append({"team_id": team_id})
    if page.after is not None:
        since = from_milliseconds(int(page.after[0]))
        later = {"coaching_since": {"$gt": since}}
        where.append({"$or": [later, {"coaching_since": since, "_id": {"$gt": page.after[1]}}]})
    found = Opportunity.collection().find({"$and": where}, LEFT_OUT)
    rows = list(found.sort([("coaching_since", 1), ("_id", 1)]).limit(page.size + 1))
    return page.cut(rows, lambda row: (milliseconds(row["coaching_since"]), row["_id"]))


def list_refused_jumps(by: Principal, scope: Scope, page: Page, opportunity_id: str) -> tuple[Sequence[Row], str]:
    """One page of refused jumps, the latest first, and the next page's token."""
    where: list[dict[str, Any]] = [owned_rows(by, scope)]
    if opportunity_id:
        where.append({"opportunity_id": opportunity_id})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(RefusedJump.collection().find({"$and": where}, LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))
