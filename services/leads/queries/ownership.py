"""Reading conflicts and hand-overs."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Account, HandOver, Lead, OwnershipConflict, Salesperson
from services.leads.domain.errors import SalespersonNotEligible
from services.leads.domain.lead_state import LeadState
from services.leads.domain.ownership.errors import ConflictAboveTeam, ConflictNotFound, HandOverNotFound
from services.leads.queries.visible_rows import Condition, owned_rows, visible_salespeople

Row = Mapping[str, Any]

LISTED_LEADS = 100
_OPEN_LEADS: Condition = {"state": {"$ne": LeadState.CLOSED.value}}


def get_conflict(conflict_id: str, by: Principal, scope: Scope) -> OwnershipConflict:
    """The conflict. Raises ConflictNotFound, also for one that the caller may not see."""
    where = {"$and": [{"_id": conflict_id}, _visible_conflicts(by, scope)]}
    found = OwnershipConflict.collection().find_one(where, {"outbox": 0})
    if found is None:
        raise ConflictNotFound(f"there is no conflict {conflict_id}", conflict_id=conflict_id)
    return OwnershipConflict._from_son(found)


def require_conflict_decidable(conflict_id: str, owner_id: str, by: Principal, scope: Scope) -> None:
    """Raises ConflictNotFound; ConflictAboveTeam when people of other teams are involved; SalespersonNotEligible."""
    conflict = get_conflict(conflict_id, by, scope)
    if scope is Scope.TEAM and not {*conflict.claimant_ids, owner_id} <= {by.subject, *_team(by)}:
        raise ConflictAboveTeam("people of several teams are involved: the regional manager decides")
    if owner_id not in conflict.claimant_ids:
        require_salesperson_in_reach(owner_id, by, scope)


def list_conflicts(by: Principal, scope: Scope, page: Page, *, state: str) -> tuple[Sequence[OwnershipConflict], str]:
    """One page of conflicts, newest first, and the next page's token."""
    where: list[Condition] = [_visible_conflicts(by, scope)]
    if state:
        where.append({"state": state})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = OwnershipConflict.collection().find({"$and": where}, {"outbox": 0}).sort("_id", -1).limit(page.size + 1)
    return page.cut([OwnershipConflict._from_son(row) for row in rows], lambda each: (each.id,))


def require_salesperson_in_reach(salesperson_id: str, by: Principal, scope: Scope) -> None:
    """Raises SalespersonNotEligible for somebody whom the caller may not see."""
    where = {"$and": [{"_id": salesperson_id}, visible_salespeople(by, scope)]}
    if Salesperson.collection().find_one(where, {"_id": 1}) is None:
        raise SalespersonNotEligible("no salesperson with this id works here", salesperson_id=salesperson_id)


def get_hand_over(hand_over_id: str, by: Principal, scope: Scope) -> HandOver:
    """The hand-over. Raises HandOverNotFound, also for one that the caller may not see."""
    found = HandOver.collection().find_one(
        {"$and": [{"_id": hand_over_id}, _visible_hand_overs(by, scope)]}, {"outbox": 0}
    )
    if found is None:
        raise HandOverNotFound(f"there is no hand-over {hand_over_id}", hand_over_id=hand_over_id)
    return HandOver._from_son(found)


def list_hand_overs(by: Principal, scope: Scope, page: Page) -> tuple[Sequence[HandOver], str]:
    """One page of hand-overs, newest first, and the next page's token."""
    where: list[Condition] = [_visible_hand_overs(by, scope)]
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = HandOver.collection().find({"$and": where}, {"outbox": 0}).sort("_id", -1).limit(page.size + 1)
    return page.cut([HandOver._from_son(row) for row in rows], lambda each: (each.id,))


def list_waiting_hand_overs(by: Principal, scope: Scope, page: Page) -> tuple[Sequence[Row], str]:
    """One page of those who left while something still belongs to them, by id, and the next page's token.

    Each row has the person's fields, `accounts`, `open_leads` and the ids of the oldest of these.
    """
    where: list[Condition] = [{"active": False}, visible_salespeople(by, scope)]
    if page.after is not None:
        where.append({"_id": {"$gt": page.after[0]}})
    gone = list(Salesperson.collection().find({"$and": where}, {"name": 1, "supervisor_id": 1}).sort("_id", 1))
    ids = [person["_id"] for person in gone]
    # Of people who worked in several regions only what lies in the caller's reach.
    reach: Condition = {"$and": [{"owner_id": {"$in": ids}}, owned_rows(by, scope)]}
    accounts = _count_by_owner(Account, reach)
    leads = _count_by_owner(Lead, {**reach, **_OPEN_LEADS})
    waiting = [
        {**person, "accounts": accounts.get(person["_id"], 0), "open_leads": leads.get(person["_id"], 0)}
        for person in gone
        if person["_id"] in accounts or person["_id"] in leads
    ]
    rows, token = page.cut(waiting[: page.size + 1], lambda row: (row["_id"],))
    return [{**row, "lead_ids": _open_lead_ids(row["_id"], owned_rows(by, scope))} for row in rows], token


def _open_lead_ids(owner_id: str, reach: Condition) -> list[str]:
    of_owner: Condition = {"$and": [{"owner_id": owner_id}, reach]}
    found = Lead.collection().find({**of_owner, **_OPEN_LEADS}, {"_id": 1}).sort("_id", 1)
    return [row["_id"] for row in found.limit(LISTED_LEADS)]


def _count_by_owner(cls: type[Account | Lead], where: Condition) -> dict[str, int]:
    groups = cls.collection().aggregate([{"$match": where}, {"$group": {"_id": "$owner_id", "number": {"$sum": 1}}}])
    return {group["_id"]: group["number"] for group in groups}


def _visible_conflicts(by: Principal, scope: Scope) -> Condition:
    """Those in which one is involved oneself, or somebody of one's team; those of the region; all."""
    if scope is Scope.ALL:
        return {}
    if scope is Scope.REGION and by.region:
        return {"region": {"$in": ["", by.region]}}
    if scope is Scope.TEAM and by.team_id:
        return {"claimant_ids": {"$in": [by.subject, *_team(by)]}}
    return {"claimant_ids": by.subject}


def _visible_hand_overs(by: Principal, scope: Scope) -> Condition:
    if scope is Scope.ALL:
        return {}
    if scope is Scope.REGION and by.region:
        return {"region": {"$in": ["", by.region]}}
    return {"from_id": {"$in": [by.subject, *_team(by)]}}


def _team(by: Principal) -> list[str]:
    if not by.team_id:
        return []
    return [person["_id"] for person in Salesperson.collection().find({"team_id": by.team_id}, {"_id": 1})]
