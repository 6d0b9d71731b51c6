"""Which rows a caller reaches, as conditions for MongoDB. Every query and count goes through here."""

from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Salesperson

Condition = dict[str, Any]

_NO_ROW: Condition = {"_id": {"$in": []}}


def visible_leads(by: Principal, scope: Scope) -> Condition:
    """Salespeople reach their own leads, supervisors their team's, regional managers their region's.

    A lead without owner stands in the queue of all supervisors and regional managers who could give it one.
    """
    if scope is Scope.OWN or scope is Scope.ALL:
        return owned_rows(by, scope)
    waiting: Condition = {"owner_id": ""}
    if by.region:
        waiting["region"] = {"$in": ["", by.region]}
    return {"$or": [owned_rows(by, scope), waiting]}


def visible_salespeople(by: Principal, scope: Scope) -> Condition:
    """Oneself, one's team, or those who work in one's region."""
    if scope is Scope.ALL:
        return {}
    if scope is Scope.REGION and by.region:
        return {"region": {"$in": ["", by.region]}}
    if scope is Scope.TEAM and by.team_id:
        return {"team_id": by.team_id}
    return {"_id": by.subject}


def owned_rows(by: Principal, scope: Scope, owner: str = "owner_id") -> Condition:
    """For everything that carries `owner` and region: accounts, opportunities, visits."""
    if scope is Scope.ALL:
        return {}
    if scope is Scope.REGION and by.region:
        return {"region": by.region}
    if scope is Scope.TEAM and by.team_id:
        # The team of today: whoever joins or leaves takes the leads along.
        team = Salesperson.collection().find({"team_id": by.team_id}, {"_id": 1})
        return {owner: {"$in": [by.subject, *(person["_id"] for person in team)]}}
    return {owner: by.subject} if by.subject else _NO_ROW
