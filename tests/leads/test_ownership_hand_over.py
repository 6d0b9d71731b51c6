"""Leave and departure: everything goes to others in one command, also across a kill."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import ownership_service_pb2 as pb
from services.leads import commands
from services.leads.commands.ownership import moving
from services.leads.commands.ownership import run_hand_over as running
from services.leads.documents import FOLLOWING, Account, HandOver, Lead, Opportunity, ResponsibilityEntry, Salesperson
from services.leads.documents.hand_over import RETURN
from services.leads.documents.lead import BREACH
from services.leads.translate.values import timestamp
from tests.leads.ownership_room import ask, give_accounts, owner_now, owners_of, refusal, untouched
from tests.leads.room import DIRECTOR, Room, on_leave_now, person, told

LEFT = pb.HandOverRequest(from_id="alice", kind=pb.HAND_OVER_KIND_DEPARTURE, why="left")


def begin(room: Room, **fields: Any) -> str:
    request = pb.HandOverRequest()
    request.CopyFrom(LEFT)
    request.MergeFrom(pb.HandOverRequest(**fields))
    answer: pb.HandOverResponse = ask(room, "HandOver", request)
    return answer.hand_over.id


def progress(room: Room, hand_over_id: str) -> pb.HandOverProgress:
    answer: pb.GetHandOverResponse = ask(room, "GetHandOver", pb.GetHandOverRequest(hand_over_id=hand_over_id))
    return answer.hand_over


def test_everything_open_goes_to_the_named_in_equal_parts(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    account_ids = give_accounts("alice", 7, lambda at: at + timedelta(hours=20))
    hand_over_id = begin(room, to_ids=["bob", "carol"])
    commands.run_hand_over(hand_over_id, at=clock.now())
    assert owners_of(Account) == owners_of(Lead) == owners_of(Opportunity) == {"bob": 4, "carol": 3}
    assert untouched("alice", "bob", "carol") == {"alice": 0, "bob": 4, "carol": 3}
    done = progress(room, hand_over_id)
    assert (done.state, done.accounts, done.moved_accounts) == (pb.HAND_OVER_STATE_DONE, 7, 7)
    assert (done.moved_followers, done.left_accounts) == (14, 0)
    assert {event["account_id"] for event in told("account_changed.v1") if event["owner_id"] != "alice"} == set(
        account_ids
    )
    lead = Lead.objects.first()
    assert lead.deadline(BREACH) is not None
    assert lead.owner_id in ("bob", "carol")


def test_the_log_tells_who_handed_over_and_why(room: Room) -> None:
    room.hire("alice", "bob")
    (account_id,) = give_accounts("alice", 1)
    before = clock.now()
    hand_over_id = begin(room, to_ids=["bob"], why=" and took a boat")
    commands.run_hand_over(hand_over_id, at=clock.now() + timedelta(seconds=1))
    earlier = ask(room, "GetOwnerAt", pb.GetOwnerAtRequest(account_id=account_id, time=timestamp(before)))
    request = pb.GetOwnerAtRequest(account_id=account_id, time=timestamp(clock.now() + timedelta(hours=1)))
    later = ask(room, "GetOwnerAt", request)
    assert (earlier.owner_id, earlier.why) == ("alice", "the first")
    assert (later.owner_id, later.decided_by) == ("bob", "boss")
    entry = later.responsibility_entry
    assert (entry.kind, entry.reference, entry.previous_owner_id) == ("handed_over", hand_over_id, "alice")


def test_by_the_policy_the_accounts_fall_evenly_on_equals_who_are_there(room: Room) -> None:
    room.hire("alice", "bob", "carol", "dave")
    room.hire("erin", leaves=on_leave_now())
    room.hire("west", region="west")
    give_accounts("alice", 8)
    commands.run_hand_over(begin(room), at=clock.now())
    assert sorted(owners_of(Account).items()) == [("bob", 3), ("carol", 3), ("dave", 2)]


def test_what_nobody_can_take_stays_and_is_told(room: Room) -> None:
    room.hire("alice")
    give_accounts("alice", 3)
    hand_over_id = begin(room)
    commands.run_hand_over(hand_over_id, at=clock.now())
    done = progress(room, hand_over_id)
    assert (done.state, done.moved_accounts, done.left_accounts) == (pb.HAND_OVER_STATE_DONE, 0, 3)
    row = HandOver.collection().find_one({"_id": hand_over_id})
    assert row is not None
    assert [entry["type"] for entry in row["outbox"] if not entry["type"].startswith("change")] == [
        "hand_over_requested.v1",
        "hand_over_finished.v1",
    ]


@pytest.mark.parametrize("killed_at", range(4))
def test_a_kill_in_the_middle_loses_and_doubles_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    """The process dies in the transaction of one chunk; the repeated event finishes the work."""
    room.hire("alice", "bob", "carol")
    give_accounts("alice", 10)
    hand_over_id = begin(room, to_ids=["bob", "carol"])
    monkeypatch.setattr(running, "CHUNK", 3)
    chunks = count()
    move = moving.move_accounts

    class Killed(BaseException):
        pass

    def move_until_killed(*args: Any, **named: Any) -> int:
        moved = move(*args, **named)
        if next(chunks) == killed_at:
            raise Killed
        return moved

    monkeypatch.setattr(running, "move_accounts", move_until_killed)
    with pytest.raises(Killed):
        commands.run_hand_over(hand_over_id, at=clock.now())
    assert progress(room, hand_over_id).moved_accounts == min(3 * killed_at, 10)
    commands.run_hand_over(hand_over_id, at=clock.now())
    commands.run_hand_over(hand_over_id, at=clock.now())
    assert owners_of(Account) == owners_of(Lead) == owners_of(Opportunity) == {"bob": 5, "carol": 5}
    assert untouched("alice", "bob", "carol") == {"alice": 0, "bob": 5, "carol": 5}
    assert progress(room, hand_over_id).moved_accounts == 10
    moved = {"kind": "handed_over", "lead_id": ""}
    assert ResponsibilityEntry.collection().count_documents(moved) == 10


def test_a_leave_goes_back_at_its_end_but_what_went_elsewhere_stays(room: Room) -> None:
    room.hire("alice", leaves=on_leave_now())
    room.hire("bob", "carol")
    first, second = give_accounts("alice", 2)
    hand_over_id = begin(room, kind=pb.HAND_OVER_KIND_LEAVE, to_ids=["bob"])
    commands.run_hand_over(hand_over_id, at=clock.now())
    job = HandOver.load(hand_over_id)
    back = job.deadline(RETURN)
    assert back == Salesperson.load("alice").leaves[0]["end_time"]
    transfer = pb.TransferAccountRequest(account_id=second, salesperson_id="carol", why="carol knows them")
    ask(room, "TransferAccount", transfer)
    assert back is not None
    job.begin_return(back)
    job.commit()
    for _ in range(2):
        commands.run_return(hand_over_id, at=back)
    assert progress(room, hand_over_id).state == pb.HAND_OVER_STATE_RETURNED
    assert progress(room, hand_over_id).returned_accounts == 1
    assert {each.id: each.owner_id for each in Account.objects} == {first: "alice", second: "carol"}
    assert owners_of(Lead) == owners_of(Opportunity) == {"alice": 1, "carol": 1}
    assert untouched("alice", "bob", "carol") == {"alice": 1, "bob": 0, "carol": 1}


def test_a_leader_ends_the_hand_over_of_a_leave_early(room: Room) -> None:
    room.hire("alice", "bob")
    give_accounts("alice", 2)
    back = clock.now() + timedelta(days=3)
    hand_over_id = begin(room, kind=pb.HAND_OVER_KIND_LEAVE, to_ids=["bob"], return_time=back)
    request = pb.ReturnHandOverRequest(hand_over_id=hand_over_id, why="back early")
    assert refusal(room, "ReturnHandOver", request).reason == "HAND_OVER_NOT_RETURNABLE"
    commands.run_hand_over(hand_over_id, at=clock.now())
    ask(room, "ReturnHandOver", request)
    commands.run_return(hand_over_id, at=clock.now())
    assert owners_of(Account) == {"alice": 2}
    assert HandOver.load(hand_over_id).deadline(RETURN) is None


def test_one_hand_over_of_a_person_at_a_time_and_a_repeated_request_is_one(room: Room) -> None:
    room.hire("alice", "bob")
    give_accounts("alice", 1)
    first = begin(room, to_ids=["bob"], request_id="r1")
    assert begin(room, to_ids=["bob"], request_id="r1") == first
    assert refusal(room, "HandOver", LEFT).reason == "HAND_OVER_RUNNING"
    commands.run_hand_over(first, at=clock.now())
    assert begin(room) != first


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"why": ""}, "INVALID_FIELD"),
        ({"kind": 0}, "INVALID_FIELD"),
        ({"to_ids": ["alice"]}, "INVALID_FIELD"),
        ({"to_ids": ["gone"]}, "SALESPERSON_NOT_ELIGIBLE"),
        ({"to_ids": ["nobody"]}, "SALESPERSON_NOT_ELIGIBLE"),
        ({"from_id": "nobody"}, "SALESPERSON_NOT_ELIGIBLE"),
        ({"from_id": "elsewhere"}, "SALESPERSON_NOT_ELIGIBLE"),
        ({"kind": pb.HAND_OVER_KIND_LEAVE}, "INVALID_FIELD"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(room: Room, fields: dict[str, Any], reason: str) -> None:
    room.hire("alice", "bob")
    room.hire("elsewhere", team_id="t9")
    room.hire("gone", active=False)
    give_accounts("alice", 1)
    values: dict[str, Any] = {"from_id": "alice", "kind": pb.HAND_OVER_KIND_DEPARTURE, "why": "left"} | fields
    assert refusal(room, "HandOver", pb.HandOverRequest(**values)).reason == reason
    assert HandOver.collection().count_documents({}) == 0


def test_when_somebody_leaves_the_supervisor_is_told_what_waits(room: Room) -> None:
    room.hire("alice")
    account_ids = give_accounts("alice", 2)
    for _ in range(2):
        commands.copy_person(person("alice", active=False, version=2))
    row = Salesperson.collection().find_one({"_id": "alice"})
    assert row is not None
    assert [entry["type"] for entry in row["outbox"]] == ["accounts_await_hand_over.v1"]
    (waiting,) = ask(room, "ListWaitingHandOvers", pb.ListWaitingHandOversRequest()).waiting_hand_overs
    assert (waiting.salesperson_id, waiting.supervisor_id) == ("alice", "boss")
    assert (waiting.accounts, waiting.open_leads, len(waiting.lead_ids)) == (2, 2, 2)
    assert owner_now(room, account_ids[0]) == "alice"
    other = Principal("boss9", frozenset({"supervisor"}), team_id="t9", region="west")
    assert not ask(room, "ListWaitingHandOvers", pb.ListWaitingHandOversRequest(), other).waiting_hand_overs
    room.hire("bob")
    commands.run_hand_over(begin(room), at=clock.now())
    assert not ask(room, "ListWaitingHandOvers", pb.ListWaitingHandOversRequest(), DIRECTOR).waiting_hand_overs


def test_what_follows_an_account_is_found_by_an_index(room: Room) -> None:
    for following in FOLLOWING:
        keys = [next(iter(index["key"])) for index in following.document.collection().list_indexes()]
        assert {following.account, "owner_id"} <= set(keys), following.document
