"""Two accounts become one, and two again as if nothing had happened."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import intake_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from services.leads import commands as leads_commands
from services.leads.commands import intake as commands
from services.leads.documents import Account, AccountMerge, Lead, Opportunity, ResponsibilityEntry, Salesperson
from services.leads.domain.intake.draft import Intake
from tests.leads.intake_room import account_of, ask, refusal, two_that_share_a_phone
from tests.leads.room import REGIONAL, SUPERVISOR, Room, salesperson, told

ALICE, BOB = salesperson("alice"), salesperson("bob")
OTHER_BOSS = Principal("boss2", frozenset({"supervisor"}), team_id="t2", region="west")


def duplicates(room: Room, caller: Principal = SUPERVISOR) -> list[pb.Duplicate]:
    return list(ask(room, "ListDuplicates", pb.ListDuplicatesRequest(), caller).duplicates)


def merge(room: Room, winner: str, loser: str, why: str = "", caller: Principal = SUPERVISOR) -> pb.AccountMerge:
    request = pb.MergeAccountsRequest(winner_id=winner, loser_id=loser, why=why)
    answer: pb.MergeAccountsResponse = ask(room, "MergeAccounts", request, caller)
    return answer.account_merge


def undo(room: Room, merge_id: str, caller: Principal = SUPERVISOR) -> pb.UndoMergeResponse:
    answer: pb.UndoMergeResponse = ask(room, "UndoMerge", pb.UndoMergeRequest(merge_id=merge_id, why="no"), caller)
    return answer


def test_both_histories_stand_with_the_winner(room: Room) -> None:
    room.hire("alice")
    first, second = two_that_share_a_phone(room)
    done = merge(room, first, second)
    assert (done.state, done.moved) == (pb.MERGE_STATE_MERGED, 1)
    assert {lead["account_id"] for lead in Lead.collection().find({})} == {first}
    log = room.call("ListResponsibilityEntries", leads_pb.ListResponsibilityEntriesRequest(account_id=first), ALICE)
    assert {entry.account_id for entry in log.responsibility_entries} == {first, second}
    listed = room.call("ListAccounts", leads_pb.ListAccountsRequest(), ALICE).accounts
    assert [account.id for account in listed] == [first]
    kept = room.call("GetAccount", leads_pb.GetAccountRequest(account_id=second), ALICE).account
    assert kept.merged_into == first
    assert duplicates(room) == []
    assert account_of(room, "江南进出口", "13700137000") == first


def test_a_repeated_merge_changes_nothing(room: Room) -> None:
    room.hire("alice")
    first, second = two_that_share_a_phone(room)
    assert merge(room, first, second) == merge(room, first, second)
    assert AccountMerge.collection().count_documents({}) == 1
    assert len(told("account_merged.v1")) == 1


def test_different_owners_need_somebody_above_both_and_a_reason(room: Room) -> None:
    room.hire("alice", "bob")
    first, second = two_that_share_a_phone(room, ("alice", "bob"))
    request = pb.MergeAccountsRequest(winner_id=first, loser_id=second, why="x")
    assert refusal(room, "MergeAccounts", request, ALICE).reason == "ACCOUNT_NOT_FOUND"
    request.why = ""
    assert refusal(room, "MergeAccounts", request).reason == "MERGE_NEEDS_REASON"
    merge(room, first, second, "alice knows the director")
    assert {lead["owner_id"] for lead in Lead.collection().find({})} == {"alice"}
    assert (room.open_untouched("alice"), room.open_untouched("bob")) == (3, 0)
    (entry,) = ResponsibilityEntry.collection().find({"account_id": second, "previous_owner_id": "bob"})
    assert (entry["owner_id"], entry["decided_by"], entry["why"]) == ("alice", "boss", "alice knows the director")
    (event,) = told("account_merged.v1")
    assert (event["owner_id"], event["previous_owner_id"]) == ("alice", "bob")
    copies = {each["account_id"]: each for each in told("account_changed.v1")}
    assert (copies[second]["owner_id"], copies[second]["merged_into"]) == ("alice", first)


def test_what_took_from_others_is_undone_by_those_above_both(room: Room) -> None:
    room.hire("alice", "bob")
    done = merge(room, *two_that_share_a_phone(room, ("alice", "bob")), "why")
    for caller in (ALICE, BOB, OTHER_BOSS):
        assert refusal(room, "UndoMerge", pb.UndoMergeRequest(merge_id=done.id), caller).reason == "MERGE_NOT_FOUND"
        assert ask(room, "ListAccountMerges", pb.ListAccountMergesRequest(), caller).account_merges == []
    assert [
        each.id for each in ask(room, "ListAccountMerges", pb.ListAccountMergesRequest(), REGIONAL).account_merges
    ] == [done.id]
    undone = undo(room, done.id)
    assert undone.account_merge.state == pb.MERGE_STATE_UNDONE
    assert (undone.account.owner_id, undone.account.merged_into) == ("bob", "")
    assert undo(room, done.id) == undone
    assert (room.open_untouched("alice"), room.open_untouched("bob")) == (2, 1)


def test_what_came_in_afterwards_stays_with_the_winner(room: Room) -> None:
    room.hire("alice")
    first, second = two_that_share_a_phone(room)
    done = merge(room, first, second)
    assert account_of(room, "江南进出口", "13700137000") == first
    undo(room, done.id)
    later = Lead.collection().find_one({"phone": "+8613700137000"}) or {}
    assert later["account_id"] == first
    assert account_of(room, "江南进出口", "13800138555") == second


def test_an_owner_who_has_left_gets_nothing_back(room: Room) -> None:
    room.hire("alice", "bob")
    first, second = two_that_share_a_phone(room, ("alice", "bob"))
    done = merge(room, first, second, "why")
    room.hire("bob", active=False, version=2)
    assert undo(room, done.id).account.owner_id == "alice"
    assert {lead["owner_id"] for lead in Lead.collection().find({})} == {"alice"}


def test_merges_are_undone_from_the_last_one_on(room: Room) -> None:
    room.hire("alice")
    first, second = two_that_share_a_phone(room)
    third = account_of(room, "第三家", "13600136000")
    inner = merge(room, first, second)
    outer = merge(room, third, first)
    request = pb.UndoMergeRequest(merge_id=inner.id)
    assert refusal(room, "UndoMerge", request).reason == "MERGE_NOT_LAST"
    again = pb.MergeAccountsRequest(winner_id=third, loser_id=second)
    assert refusal(room, "MergeAccounts", again).reason == "ACCOUNT_MERGED"
    log = room.call("ListResponsibilityEntries", leads_pb.ListResponsibilityEntriesRequest(account_id=third), ALICE)
    assert {entry.account_id for entry in log.responsibility_entries} == {first, second, third}
    undo(room, outer.id)
    undo(room, inner.id)
    assert Account.collection().count_documents({"merged_into": None}) == 3


@pytest.mark.parametrize("other", ["same", "none"])
def test_no_account_is_merged_with_itself_or_nothing(room: Room, other: str) -> None:
    room.hire("alice")
    first = account_of(room, "江南贸易", "13800138001")
    request = pb.MergeAccountsRequest(winner_id=first, loser_id=first if other == "same" else "none")
    assert refusal(room, "MergeAccounts", request).reason == (
        "INVALID_FIELD" if other == "same" else "ACCOUNT_NOT_FOUND"
    )


def test_a_merge_that_several_ask_for_at_once_is_one(room: Room) -> None:
    room.hire("alice")
    first, second = two_that_share_a_phone(room)
    with ThreadPoolExecutor(5) as pool:
        done = set(pool.map(lambda _: merge(room, first, second).id, range(5)))
    assert len(done) == AccountMerge.collection().count_documents({}) == 1


def test_a_merge_that_would_move_too_much_is_refused_whole(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.hire("alice")
    first, second = two_that_share_a_phone(room)
    monkeypatch.setattr("services.leads.commands.intake.moving.LIMIT", 1)
    request = pb.MergeAccountsRequest(winner_id=second, loser_id=first)
    assert refusal(room, "MergeAccounts", request).reason == "MERGE_TOO_LARGE"
    assert Account.collection().count_documents({"merged_into": None}) == 2


Step = tuple[int, int, str, bool]
PICK = st.integers(0, 3)
STEPS = st.lists(st.tuples(PICK, PICK, st.sampled_from(["alice", "bob"]), st.booleans()), min_size=3, max_size=8)


def everything() -> dict[str, Any]:
    """What is stored, but for versions and technical fields; the log only grows, so it is not compared."""
    technical = {"outbox": 0, "version": 0, "handled": 0, "merges": 0}
    kept = (Account, Lead, Opportunity, Salesperson)
    return {cls.__name__: list(cls.collection().find({}, technical).sort("_id", 1)) for cls in kept}


def play(steps: Sequence[Step]) -> None:
    """Leads of four companies with four phones come in and are routed; some are contacted, some become deals."""
    at = clock.now()
    for company, phone, wanted, is_contacted in steps:
        room_lead = commands.create_lead(
            _intake(company, phone), request_id="", by="x", normalise_phone=lambda text: text
        )
        account = Account.collection().find_one({"keys": {"$in": room_lead.match_keys}})
        leads_commands.confirm_routing(
            room_lead.id, salesperson_id=account["owner_id"] if account else wanted, why="x", by="boss", at=at
        )
        lead = Lead.load(room_lead.id)
        if is_contacted:
            leads_commands.contact_lead(lead.id, summary="s", next_action=None, by=lead.owner_id, at=at)
            Opportunity(
                account_id=lead.account_id,
                owner_id=lead.owner_id,
                team_id="t1",
                region="east",
                create_time=at,
                state="open" if phone % 2 else "lost",
            ).commit()


def _intake(company: int, phone: int) -> Any:
    return Intake(company=f"客户{company}", phone=f"+861380013800{phone}", region="east")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, later=STEPS, picks=st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_a_merge_and_its_undoing_leave_everything_as_it_was(
    room: Room, steps: list[Step], later: list[Step], picks: tuple[int, int]
) -> None:
    for cls in (Account, Lead, Opportunity, Salesperson, AccountMerge, ResponsibilityEntry):
        cls.collection().delete_many({})
    room.hire("alice", "bob")
    play(steps)
    ids = [row["_id"] for row in Account.collection().find({}, {}).sort("_id", 1)]
    winner, loser = ids[picks[0] % len(ids)], ids[picks[1] % len(ids)]
    if winner == loser:
        return
    before = everything()
    log = list(ResponsibilityEntry.collection().find({}).sort("_id", 1))
    merged, _ = commands.merge_accounts(winner, loser, why="one", by="boss", at=clock.now())
    owner = Account.load(winner).owner_id
    assert {row["owner_id"] for row in Account.collection().find({"_id": {"$in": [winner, loser]}})} == {owner}
    assert {row["owner_id"] for row in Opportunity.collection().find({"account_id": winner, "state": "open"})} <= {
        owner
    }
    for cls in (Lead, Opportunity):
        assert cls.collection().count_documents({"account_id": loser}) == 0
    commands.undo_merge(merged.id, why="two", by="boss", at=clock.now() + timedelta(minutes=1))
    assert everything() == before
    entries = list(ResponsibilityEntry.collection().find({}).sort("_id", 1))
    assert entries[: len(log)] == log

    merged, _ = commands.merge_accounts(winner, loser, why="one", by="boss", at=clock.now())
    known = {row["_id"]: row["account_id"] for row in Lead.collection().find({"_id": {"$nin": []}}, {"account_id": 1})}
    play(later)
    new = {
        row["_id"]: row["account_id"]
        for row in Lead.collection().find({}, {"account_id": 1})
        if row["_id"] not in known
    }
    commands.undo_merge(merged.id, why="two", by="boss", at=clock.now())
    former = {row["_id"]: row["account_id"] for row in before["Lead"]}
    now = {row["_id"]: row["account_id"] for row in Lead.collection().find({}, {"account_id": 1})}
    assert now == former | new
    untouched = {row["_id"]: row["open_untouched"] for row in Salesperson.collection().find({})}
    for person, number in untouched.items():
        assert number == Lead.collection().count_documents({"owner_id": person, "state": "assigned"})
