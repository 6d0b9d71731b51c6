"""What changes hands with its account: every kind of it, whatever moves the account."""

from datetime import UTC, datetime
from typing import Any

import mongoengine
import pytest

from chassis.clocks import clock
from chassis.documents import Aggregate
from saleloop.leads.v1 import ownership_service_pb2 as pb
from services.leads import commands, documents
from services.leads.commands import intake
from services.leads.documents import FOLLOWING
from services.leads.documents.following import Following
from services.leads.documents.merging import MOVING
from tests.leads.intake_room import two_that_share_a_phone
from tests.leads.ownership_room import ask, give_accounts
from tests.leads.room import Room

# These tell what was, and so stay with whom they name: logs, decisions, a person's own plans.
_RECORDS = {"AccountMerge", "CheckInRecord", "FocusDay", "OwnershipConflict", "ResponsibilityEntry", "TimelineEntry"}
# Kept under the account's own id, or running for it: these stay with the account that a merge ends.
_STAY_AT_A_MERGE = {"AccountMoneyRisk", "CustomerStock", "Engagement", "NurtureRun"}
_SAMPLES = {mongoengine.DateTimeField: datetime(2026, 3, 3, tzinfo=UTC), mongoengine.IntField: 1}


def all_documents(cls: type[Aggregate] = Aggregate) -> list[type[Aggregate]]:
    found = [each for each in cls.__subclasses__() if each.__module__.startswith(documents.__name__)]
    return found + [each for one in found for each in all_documents(one)]


def test_whatever_belongs_to_an_accounts_owner_is_in_the_table() -> None:
    owned = {each.__name__ for each in all_documents() if "owner_id" in each._fields} - {"Account"}
    assert owned == {each.document.__name__ for each in FOLLOWING} | _RECORDS
    assert {each.document.__name__ for each in MOVING} | _STAY_AT_A_MERGE == owned - _RECORDS


@pytest.mark.parametrize("following", FOLLOWING, ids=lambda each: each.document.__name__)
def test_it_goes_along_while_it_is_open(room: Room, following: Following) -> None:
    room.hire("alice", "bob")
    (account_id,) = give_accounts("alice", 1)
    following.document.collection().delete_many({})
    insert(following, account_id, "open", {name: value for name, value in following.open.items() if type(value) is str})
    if following.open:
        insert(following, account_id, "closed", dict.fromkeys(following.open, "closed"))
    request = pb.HandOverRequest(from_id="alice", kind=pb.HAND_OVER_KIND_DEPARTURE, to_ids=["bob"], why="left")
    commands.run_hand_over(ask(room, "HandOver", request).hand_over.id, at=clock.now())
    owners = {row["_id"].rpartition("-")[2]: row["owner_id"] for row in following.document.collection().find({})}
    assert owners.pop("closed", "alice") == "alice"
    assert set(owners.values()) == {"bob"}


@pytest.mark.parametrize(
    "following",
    [each for each in FOLLOWING if each.document.__name__ in _STAY_AT_A_MERGE],
    ids=lambda each: each.document.__name__,
)
def test_what_stays_with_a_merged_account_belongs_to_its_new_owner_until_the_merge_is_undone(
    room: Room, following: Following
) -> None:
    room.hire("alice", "bob")
    first, second = two_that_share_a_phone(room, ("bob", "alice"))
    following.document.collection().delete_many({})
    insert(following, second, "open", {name: value for name, value in following.open.items() if type(value) is str})

    def owners() -> list[str]:
        return [row["owner_id"] for row in following.document.collection().find({})]

    merged, _ = intake.merge_accounts(first, second, why="one company", by="boss", at=clock.now())
    assert owners() == ["bob"]
    intake.undo_merge(merged.id, why="two after all", by="boss", at=clock.now())
    assert owners() == ["alice"]


def insert(following: Following, account_id: str, name: str, fields: dict[str, Any]) -> None:
    """A document with what it must have; one that stands under the account's id has no other."""
    cls = following.document
    required = {each: _SAMPLES.get(type(field), "x") for each, field in cls._fields.items() if field.required}
    key = account_id if following.account == "_id" else f"{cls.__name__}-{name}"
    whose = {"owner_id": "alice", "region": "east"}
    if following.account != "_id":
        whose[following.account] = account_id
    if "intake_keys" in cls._fields:
        fields = fields | {"intake_keys": [key]}
    cls(**required | whose | fields | {"id": key}).commit()
