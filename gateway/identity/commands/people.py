"""Commands on people. All fields come checked into the document; the whole state goes out as person_changed.v1."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from chassis.clocks import clock, to_milliseconds
from chassis.documents import DuplicateValue, VersionConflict
from chassis.errors import InvalidArgument, field
from chassis.ids import derived_id, new_id
from contracts.roles import Role
from gateway.identity.commands import sessions
from gateway.identity.documents import Person, Team
from gateway.identity.domain import rules
from gateway.identity.domain.errors import LastAdmin, LeaveNotFound, UsernameTaken
from gateway.identity.passwords import hash_password

PERSON_ROLES = frozenset(str(role) for role in Role if role not in (Role.GATEWAY, Role.PUBLIC))
_CLEAN: Mapping[str, Callable[[Any], Any]] = {
    "username": rules.clean_username,
    "name": rules.clean_name,
    "team_id": str,
    "region": str.strip,
    "roles": lambda roles: rules.clean_roles(roles, PERSON_ROLES),
    "store_ids": rules.clean_store_ids,
    "tags": rules.clean_tags,
    "active": bool,
    "supervisor_id": str,
    "email": rules.clean_email,
    "phone": rules.clean_phone,
    "language": rules.clean_language,
}


def create_person(values: Mapping[str, Any], *, password: str, request_id: str) -> Person:
    """Make a person. The same request_id gives the person made before. Raises UsernameTaken, TeamNotFound."""
    person_id = derived_id("person", request_id) if request_id else new_id()
    person = Person(id=person_id, create_time=clock.now())
    _set(person, values)
    if password:
        with field("password"):
            person.password_hash = hash_password(rules.check_password(password))
    try:
        _save(person)
    except VersionConflict:
        return Person.load(person_id)
    return person


def update_person(person_id: str, values: Mapping[str, Any]) -> Person:
    """Change the given fields. Raises PersonNotFound, UsernameTaken, TeamNotFound, LastAdmin."""
    person = Person.load(person_id)
    was_admin = _is_acting_admin(person)
    _set(person, values)
    if was_admin and not _is_acting_admin(person) and not _other_admins(person_id):
        raise LastAdmin
    _save(person)
    if not person.active:
        sessions.end_all(person_id)
    return person


def create_leave(person_id: str, start_time: datetime, end_time: datetime, *, request_id: str) -> Person:
    """Enter a leave; the same request_id or the same times change nothing. Raises PersonNotFound."""
    with field("end_time"):
        rules.check_leave(start_time, end_time)
    person = Person.load(person_id)
    leave_id = derived_id("leave", person_id, request_id or f"{start_time.isoformat()}/{end_time.isoformat()}")
    if all(each["id"] != leave_id for each in person.leaves):
        times = {"start_time": to_milliseconds(start_time), "end_time": to_milliseconds(end_time)}
        person.leaves = [*person.leaves, {"id": leave_id, **times}]
        _save(person)
    return person


def delete_leave(person_id: str, leave_id: str) -> Person:
    """Take a leave back. Raises PersonNotFound, LeaveNotFound."""
    person = Person.load(person_id)
    kept = [each for each in person.leaves if each["id"] != leave_id]
    if len(kept) == len(person.leaves):
        raise LeaveNotFound(leave_id=leave_id)
    person.leaves = kept
    _save(person)
    return person


def resolve_supervisors(person_ids: Iterable[str]) -> None:
    """The team's supervisor changed: tell the services who supervises these people now."""
    for person_id in person_ids:
        _save(Person.load(person_id))


def ensure_first_admin(password: str) -> None:
    """Make the person `admin` when there is nobody yet; two gateways that start at once make one."""
    if not password or Person.collection().find_one({}, {"_id": 1}) is not None:
        return
    values = {"username": "admin", "name": "Administrator", "roles": [Role.ADMIN], "language": "en"}
    create_person(values, password=password, request_id="first administrator")


def _set(person: Person, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        clean = _CLEAN.get(name)
        if clean is None:
            raise InvalidArgument("INVALID_ARGUMENT", f"{name} cannot be set", field=name)
        with field(name):
            setattr(person, name, clean(value))
            if name == "supervisor_id" and value and Person.find(value) is None:
                raise ValueError("there is no such person")


def _save(person: Person) -> None:
    team_supervisor_id = Team.load(person.team_id).supervisor_id if person.team_id else ""
    person.resolved_supervisor_id = rules.resolved_supervisor(person.id, person.supervisor_id, team_supervisor_id)
    person.emit_state()
    try:
        person.commit()
    except DuplicateValue as error:
        raise UsernameTaken(username=person.username) from error


def _is_acting_admin(person: Person) -> bool:
    return person.active and Role.ADMIN in person.roles


def _other_admins(person_id: str) -> bool:
    other = {"_id": {"$ne": person_id}, "active": True, "roles": Role.ADMIN}
    return Person.collection().find_one(other, {"_id": 1}) is not None
