"""A person as the gateway tells of one."""

from dataclasses import dataclass

from services.leads.domain.routing.candidates import LeaveSpan


@dataclass(frozen=True, kw_only=True)
class PersonCopy:
    """What leads wants to know of a person."""

    person_id: str
    name: str
    team_id: str
    region: str
    roles: frozenset[str]
    tags: tuple[str, ...]
    active: bool
    supervisor_id: str
    leaves: tuple[LeaveSpan, ...]
    version: int
