"""Exactly one owner: claims, conflicts with a decision, transfers, and the log that answers who owned what."""

import ast
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import ownership_service_pb2 as pb
from services.leads import commands
from services.leads.documents import Account, Lead, OwnershipConflict, ResponsibilityEntry
from services.leads.domain.ownership.errors import LogIsAppendOnly
from services.leads.translate.values import timestamp
from tests.leads.ownership_room import ask, give_accounts, owner_now, owners_of, refusal, untouched
from tests.leads.room import DIRECTOR, REGIONAL, Room, salesperson, told

SERVICE = Path(__file__).parents[2] / "services" / "leads"


def claim(
    room: Room, account_id: str, subject: str, evidence: str = "I visited them in May"
) -> pb.ClaimAccountResponse:
    request = pb.ClaimAccountRequest(account_id=account_id, evidence=evidence)
    answer: pb.ClaimAccountResponse = ask(room, "ClaimAccount", request, salesperson(subject))
    return answer


def decide(room: Room, conflict_id: str, owner_id: str, caller: Principal, why: str = "the older contract") -> Any:
    request = pb.DecideConflictRequest(conflict_id=conflict_id, owner_id=owner_id, why=why)
    return ask(room, "DecideConflict", request, caller)


def test_the_account_of_somebody_who_left_belongs_to_who_claims_it(room: Room) -> None:
    room.hire("alice", "bob")
    (account_id,) = give_accounts("alice", 1)
    room.hire("alice", active=False, version=2)
    assert claim(room, account_id, "bob").outcome == pb.CLAIM_OUTCOME_OWNED
    assert claim(room, account_id, "bob").outcome == pb.CLAIM_OUTCOME_UNCHANGED
    assert owners_of(Account) == owners_of(Lead) == {"bob": 1}
    assert untouched("alice", "bob") == {"alice": 0, "bob": 1}
    answer = ask(room, "GetOwnerAt", pb.GetOwnerAtRequest(account_id=account_id))
    assert (answer.owner_id, answer.decided_by, answer.why) == ("bob", "bob", "I visited them in May")
    assert answer.responsibility_entry.kind == "claimed"


def test_twenty_claims_at_once_leave_one_owner_and_one_conflict(room: Room) -> None:
    names = [f"s{number:02d}" for number in range(20)]
    room.hire("alice", *names)
    (account_id,) = give_accounts("alice", 1)
    room.hire("alice", active=False, version=2)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda name: claim(room, account_id, name), names))
    outcomes = [answer.outcome for answer in answers]
    assert outcomes.count(pb.CLAIM_OUTCOME_OWNED) == 1
    assert outcomes.count(pb.CLAIM_OUTCOME_CONFLICT) == 19
    winner = names[outcomes.index(pb.CLAIM_OUTCOME_OWNED)]
    assert owners_of(Account) == owners_of(Lead) == {winner: 1}
    assert ResponsibilityEntry.collection().count_documents({"kind": "claimed", "lead_id": ""}) == 1
    (conflict,) = OwnershipConflict.objects
    assert {answer.conflict_id for answer in answers} == {"", conflict.id}
    assert sorted(conflict.claimant_ids) == names
    assert sum(untouched(*names).values()) == 1


def test_transfers_at_once_leave_one_owner_and_a_log_without_gaps(room: Room) -> None:
    names = [f"s{number:02d}" for number in range(20)]
    room.hire("alice", *names)
    (account_id,) = give_accounts("alice", 1)

    def transfer(name: str) -> None:
        request = pb.TransferAccountRequest(account_id=account_id, salesperson_id=name, why="a test")
        ask(room, "TransferAccount", request, DIRECTOR)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(transfer, names))
    log = list(ResponsibilityEntry.collection().find({"account_id": account_id, "lead_id": ""}))
    assert len(log) == 20
    successor = {entry["previous_owner_id"]: entry["owner_id"] for entry in log}
    assert len(successor) == 20
    owner = "alice"
    for _ in range(20):
        owner = successor[owner]
    assert owners_of(Account) == owners_of(Lead) == {owner: 1}


def test_a_dispute_is_decided_in_writing(room: Room) -> None:
    room.hire("alice", "bob")
    (account_id,) = give_accounts("alice", 1)
    disputed = claim(room, account_id, "bob", "their buyer called me first")
    assert disputed.outcome == pb.CLAIM_OUTCOME_CONFLICT
    assert claim(room, account_id, "bob").conflict_id == disputed.conflict_id
    assert owner_now(room, account_id) == "alice"
    (seen,) = ask(room, "ListConflicts", pb.ListConflictsRequest(state=pb.CONFLICT_STATE_OPEN)).conflicts
    assert (seen.owner_id, [each.evidence for each in seen.claims]) == ("alice", ["their buyer called me first"])
    empty = pb.DecideConflictRequest(conflict_id=seen.id, owner_id="bob")
    assert refusal(room, "DecideConflict", empty).reason == "INVALID_FIELD"
    for _ in range(2):
        decided = decide(room, seen.id, "bob", REGIONAL).conflict
        assert (decided.state, decided.decided_by) == (pb.CONFLICT_STATE_DECIDED, "region-boss")
    assert owners_of(Account) == owners_of(Lead) == {"bob": 1}
    answer = ask(room, "GetOwnerAt", pb.GetOwnerAtRequest(account_id=account_id))
    assert (answer.why, answer.responsibility_entry.reference) == ("the older contract", seen.id)
    again = pb.DecideConflictRequest(conflict_id=seen.id, owner_id="alice", why="no")
    assert refusal(room, "DecideConflict", again).reason == "CONFLICT_ALREADY_DECIDED"
    assert claim(room, account_id, "alice").outcome == pb.CLAIM_OUTCOME_CONFLICT


def test_a_decision_for_the_present_owner_is_in_the_log_too(room: Room) -> None:
    room.hire("alice", "bob")
    (account_id,) = give_accounts("alice", 1)
    conflict_id = claim(room, account_id, "bob").conflict_id
    decide(room, conflict_id, "alice", REGIONAL)
    answer = ask(room, "GetOwnerAt", pb.GetOwnerAtRequest(account_id=account_id))
    assert (answer.owner_id, answer.responsibility_entry.kind) == ("alice", "conflict_decided")
    assert len(told("account_changed.v1")) == 0


def test_a_supervisor_decides_within_the_team_only(room: Room) -> None:
    room.hire("alice")
    room.hire("stranger", team_id="t2")
    (account_id,) = give_accounts("alice", 1)
    conflict_id = claim(room, account_id, "stranger").conflict_id
    request = pb.DecideConflictRequest(conflict_id=conflict_id, owner_id="stranger", why="because")
    assert refusal(room, "DecideConflict", request).reason == "CONFLICT_ABOVE_TEAM"
    elsewhere = Principal("boss9", frozenset({"supervisor"}), team_id="t9", region="west")
    assert refusal(room, "DecideConflict", request, elsewhere).reason == "CONFLICT_NOT_FOUND"
    assert decide(room, conflict_id, "stranger", REGIONAL).conflict.decided_owner_id == "stranger"
    mine = ask(room, "ListConflicts", pb.ListConflictsRequest(), salesperson("alice")).conflicts
    assert [each.id for each in mine] == [conflict_id]
    assert not ask(room, "ListConflicts", pb.ListConflictsRequest(), salesperson("carol")).conflicts


def test_a_leader_transfers_with_a_reason_within_reach(room: Room) -> None:
    room.hire("alice", "bob")
    room.hire("stranger", team_id="t2")
    (account_id,) = give_accounts("alice", 1)
    request = pb.TransferAccountRequest(account_id=account_id, salesperson_id="bob")
    assert refusal(room, "TransferAccount", request).reason == "INVALID_FIELD"
    request.why = "they moved to bob's district"
    for _ in range(2):
        assert ask(room, "TransferAccount", request).account.owner_id == "bob"
    assert ResponsibilityEntry.collection().count_documents({"kind": "transferred", "lead_id": ""}) == 1
    request.salesperson_id = "stranger"
    assert refusal(room, "TransferAccount", request).reason == "SALESPERSON_NOT_ELIGIBLE"
    other = Principal("boss9", frozenset({"supervisor"}), team_id="t9", region="west")
    assert refusal(room, "TransferAccount", request, other).reason == "ACCOUNT_NOT_FOUND"


def test_a_lead_that_meets_a_transfer_goes_to_the_owner_of_that_moment(room: Room) -> None:
    """Whatever order the database gives them, lead and account end with one owner."""
    names = [f"s{number}" for number in range(6)]
    room.hire("alice", *names)
    room.set_policy(untouched_cap=1_000)
    account_id = room.created_and_routed(company="江南贸易").account_id
    waiting = [room.create(company="江南贸易").id for _ in range(6)]
    with ThreadPoolExecutor(12) as pool:
        for name, lead_id in zip(names, waiting, strict=True):
            pool.submit(commands.route_new_lead, lead_id, at=clock.now())
            transfer: dict[str, Any] = {"salesperson_id": name, "why": "a test", "by": "boss", "at": clock.now()}
            pool.submit(commands.transfer_account, account_id, **transfer)
    owner = Account.load(account_id).owner_id
    assert owners_of(Lead) == {owner: 7}
    assert untouched(owner) == {owner: 7}
    assert sum(untouched("alice", *names).values()) == 7


def test_the_log_tells_who_owned_a_lead_on_a_day(room: Room) -> None:
    room.hire("alice", "bob")
    lead = room.created_and_routed()
    first = lead.owner_id
    second = ({"alice", "bob"} - {first}).pop()
    later = clock.now() + timedelta(days=5)
    commands.transfer_account(lead.account_id, salesperson_id=second, why="a move", by="boss", at=later)
    at = [clock.now() - timedelta(days=1), clock.now(), later - timedelta(milliseconds=1), later]
    answers = [
        ask(room, "GetLeadOwnerAt", pb.GetLeadOwnerAtRequest(lead_id=lead.id, time=timestamp(time)), DIRECTOR)
        for time in at
    ]
    assert [answer.owner_id for answer in answers] == ["", first, first, second]
    assert "highest score" in answers[1].why
    assert answers[3].why == "a move"
    request = pb.ListLeadResponsibilityEntriesRequest(lead_id=lead.id, page_size=1)
    page = ask(room, "ListLeadResponsibilityEntries", request, DIRECTOR)
    request.page_token = page.next_page_token
    rest = ask(room, "ListLeadResponsibilityEntries", request, DIRECTOR)
    kinds = [entry.kind for entry in (*page.responsibility_entries, *rest.responsibility_entries)]
    assert kinds == ["routed", "transferred"]


def test_who_owned_what_is_told_to_those_who_may_see_it(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    stranger = salesperson("mallory")
    account = pb.GetOwnerAtRequest(account_id=lead.account_id)
    assert refusal(room, "GetOwnerAt", account, stranger).reason == "ACCOUNT_NOT_FOUND"
    request = pb.GetLeadOwnerAtRequest(lead_id=lead.id)
    assert refusal(room, "GetLeadOwnerAt", request, stranger).reason == "LEAD_NOT_FOUND"


def test_a_line_of_the_log_is_never_changed(room: Room) -> None:
    room.hire("alice")
    room.created_and_routed()
    entry = ResponsibilityEntry.objects.first()
    entry.why = "something else"
    with pytest.raises(LogIsAppendOnly):
        entry.commit()


def test_nothing_in_leads_changes_or_removes_lines_of_the_log() -> None:
    """No call on ResponsibilityEntry but reads; lines are written by commit() and the bulk writes alone."""
    allowed = {"find", "find_one", "aggregate", "count_documents", "distinct"}
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call)):
                continue
            if ast.unparse(node.value) == "ResponsibilityEntry.collection()":
                assert node.attr in allowed, f"{path}:{node.lineno}"
