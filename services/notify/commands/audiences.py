"""Who is told: the people that an event names, and those of the roles that its notice names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notify.documents import Recipient
from services.notify.domain import notices
from services.notify.domain.notices import Audience


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told. A person whose copy is not here yet is told all the same, in the default language."""

    person_id: str
    name: str
    language: str
    email: str
    supervisor_id: str
    roles: tuple[str, ...]


def named_in(audience: Audience, fields: Mapping[str, Any]) -> dict[str, Reader]:
    """Everybody whom the event names in any role, by id; one read for the audience and for the names in the texts."""
    in_texts = [person_id for name in notices.NAMED_PEOPLE if (person_id := str(fields.get(name) or ""))]
    return people(list(dict.fromkeys((*in_texts, *notices.person_ids(audience, fields)))))


def readers_of(audience: Audience, fields: Mapping[str, Any], named: Mapping[str, Reader]) -> list[Reader]:
    """Everybody in the audience, each once, the named people first; `named` are those that the event names."""
    readers = {person_id: named[person_id] for person_id in notices.person_ids(audience, fields)}
    for found in _with_roles(audience, fields):
        readers.setdefault(found["_id"], _reader(found["_id"], found))
    return list(readers.values())


def people(person_ids: Sequence[str]) -> dict[str, Reader]:
    """The people with these ids, in this order."""
    if not person_ids:
        return {}
    found = {each["_id"]: each for each in Recipient.collection().find({"_id": {"$in": list(person_ids)}})}
    return {person_id: _reader(person_id, found.get(person_id, {})) for person_id in person_ids}


def _with_roles(audience: Audience, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    roles = notices.roles_told(audience, fields)
    if not roles:
        return []
    wanted: dict[str, Any] = {"roles": {"$in": list(roles)}, "active": True}
    found = list(Recipient.collection().find(wanted).sort("_id", 1))
    here = [each for each in found if each.get("region") == fields.get("region")] if audience.in_region else found
    return here or found  # a region without a supervisor of its own must not lose its lead


def _reader(person_id: str, stored: Mapping[str, Any]) -> Reader:
    return Reader(
        person_id,
        stored.get("name") or person_id,
        stored.get("language") or "",
        stored.get("email") or "",
        stored.get("supervisor_id") or "",
        tuple(stored.get("roles") or ()),
    )
