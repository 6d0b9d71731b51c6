"""Reads of people and teams, within the caller's rows."""

from collections.abc import Sequence
from typing import Any

from chassis.access import Scope, scope
from chassis.pages import Page
from chassis.principal import Principal
from gateway.identity.documents import Person, Team
from gateway.identity.domain.errors import PersonNotFound


def visible_person(person_id: str, by: Principal) -> Person:
    """The person, if the caller may see them. Raises PersonNotFound."""
    found = Person.collection().find_one({"$and": [{"_id": person_id}, _rows(by)]}, {"outbox": 0})
    if found is None:
        raise PersonNotFound(person_id)
    return Person._from_son(found)


def list_people(page: Page, by: Principal, *, team_id: str, role: str) -> tuple[Sequence[Person], str]:
    """People by id, and the token of the next page."""
    wanted: dict[str, Any] = {}
    if team_id:
        wanted["team_id"] = team_id
    if role:
        wanted["roles"] = role
    rows = _page(Person, page, {"$and": [wanted, _rows(by)]})
    return page.cut(rows, lambda person: (person.id,))


def list_teams(page: Page) -> tuple[Sequence[Team], str]:
    """Teams by id, and the token of the next page."""
    return page.cut(_page(Team, page, {}), lambda team: (team.id,))


def _page(document: Any, page: Page, query: dict[str, Any]) -> list[Any]:
    if page.after is not None:
        query = {"$and": [query, {"_id": {"$gt": page.after[0]}}]}
    rows = document.collection().find(query, {"outbox": 0}).sort("_id", 1).limit(page.size + 1)
    return [document._from_son(row) for row in rows]


def _rows(by: Principal) -> dict[str, Any]:
    """The caller's rows; an empty team or region is nobody's."""
    own = {"_id": by.subject}
    match scope():
        case Scope.ALL:
            return {}
        case Scope.REGION if by.region:
            return {"$or": [own, {"region": by.region}]}
        case Scope.TEAM if by.team_id:
            return {"$or": [own, {"team_id": by.team_id}]}
        case _:
            return own
