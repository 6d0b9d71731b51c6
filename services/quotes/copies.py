"""What quotes keeps of its neighbours' state: people, accounts, the accounts' risk.

A copy is overwritten only by a higher version of its source, so events may come twice and in any order.
"""

from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis import database


@dataclass(frozen=True, slots=True)
class Account:
    """A customer company, with the one person who owns it."""

    id: str
    name: str
    region: str
    owner_id: str
    team_id: str
    is_high_risk: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the company."""

    id: str
    name: str
    supervisor_id: str
    is_active: bool


def find_account(account_id: str) -> Account | None:
    """The copy of an account; None while only its risk is known, or nothing."""
    row = _accounts().find_one({"_id": account_id, "version": {"$exists": True}})
    if row is None:
        return None
    return Account(
        row["_id"], row["name"], row["region"], row["owner_id"], row["team_id"], row.get("is_high_risk", False)
    )


def find_people(*person_ids: str) -> dict[str, Person]:
    """The copies of those people that are known, by id."""
    rows = _people().find({"_id": {"$in": list(person_ids)}})
    return {row["_id"]: Person(row["_id"], row["name"], row["supervisor_id"], row["is_active"]) for row in rows}


def save_account(account_id: str, version: int, *, name: str, region: str, owner_id: str, team_id: str) -> bool:
    """Take over an account's state; False when the copy is as new already."""
    state = {"name": name, "region": region, "owner_id": owner_id, "team_id": team_id}
    return _save(_accounts(), account_id, "version", version, state)


def save_account_risk(account_id: str, version: int, *, is_high_risk: bool) -> bool:
    """Take over an account's risk, which has versions of its own; False when the copy is as new already."""
    return _save(_accounts(), account_id, "risk_version", version, {"is_high_risk": is_high_risk})


def save_person(person_id: str, version: int, *, name: str, supervisor_id: str, is_active: bool) -> bool:
    """Take over a person's state; False when the copy is as new already."""
    state = {"name": name, "supervisor_id": supervisor_id, "is_active": is_active}
    return _save(_people(), person_id, "version", version, state)


def _save(
    copies: Collection[dict[str, Any]], copy_id: str, version_field: str, version: int, state: dict[str, Any]
) -> bool:
    older = {"_id": copy_id, version_field: {"$not": {"$gte": version}}}
    try:
        copies.update_one(older, {"$set": {**state, version_field: version}}, upsert=True)
    except DuplicateKeyError:
        return False  # the copy is there with this version or a higher one, so the filter did not find it
    return True


def _accounts() -> Collection[dict[str, Any]]:
    return database.current()["account_copies"]


def _people() -> Collection[dict[str, Any]]:
    return database.current()["person_copies"]
