"""Commands on teams."""

from collections.abc import Mapping
from typing import Any

from chassis.documents import VersionConflict
from chassis.errors import InvalidArgument, field
from chassis.ids import derived_id, new_id
from gateway.identity.commands.people import resolve_supervisors
from gateway.identity.documents import Person, Team
from gateway.identity.domain import rules


def create_team(values: Mapping[str, Any], *, request_id: str) -> Team:
    """Make a team. The same request_id gives the team made before. Raises PersonNotFound for the supervisor."""
    team = Team(id=derived_id("team", request_id) if request_id else new_id())
    _set(team, values)
    try:
        team.commit()
    except VersionConflict:
        return Team.load(team.id)
    return team


def update_team(team_id: str, values: Mapping[str, Any]) -> Team:
    """Change the given fields; members learn of a new supervisor. Raises TeamNotFound, PersonNotFound."""
    team = Team.load(team_id)
    former = team.supervisor_id
    _set(team, values)
    team.commit()
    if team.supervisor_id != former:
        resolve_supervisors(row["_id"] for row in Person.collection().find({"team_id": team_id}, {"_id": 1}))
    return team


def _set(team: Team, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in ("name", "region", "supervisor_id"):
            raise InvalidArgument("INVALID_ARGUMENT", f"{name} cannot be set", field=name)
        if name == "supervisor_id" and value:
            Person.load(value)
        with field(name):
            setattr(team, name, rules.clean_name(value) if name == "name" else value.strip())
