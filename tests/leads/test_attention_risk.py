"""Accounts at risk: causes from everywhere, one order, the caller's rows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.clocks import clock
from chassis.ids import new_id
from chassis.principal import Principal
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.commands import attention as commands
from services.leads.documents import Account, AccountMoneyRisk, Engagement, Lead, Opportunity, Voice
from services.leads.domain.attention.risk import DEFAULT_POINTS, Cause, months_before
from tests.leads.attention_room import ALICE, BOB, CARE, OTHER_BOSS, ago, ask, open_account, open_opportunity, refused
from tests.leads.room import DIRECTOR, REGIONAL, SUPERVISOR, Room

POINTS = {str(cause): points for cause, points in DEFAULT_POINTS.items()}


def at_risk(room: Room, caller: Principal = DIRECTOR, **fields: Any) -> pb.ListAccountsAtRiskResponse:
    answer: pb.ListAccountsAtRiskResponse = ask(
        room, "ListAccountsAtRisk", pb.ListAccountsAtRiskRequest(**fields), caller
    )
    return answer


def ids(answer: pb.ListAccountsAtRiskResponse) -> list[str]:
    return [each.account_id for each in answer.accounts_at_risk]


def put_at_risk(account_id: str, cause: str, owner: Principal = ALICE) -> None:
    """One cause, as the events or calls would have left it."""
    place = {"owner_id": owner.subject, "team_id": owner.team_id, "region": owner.region}
    at = clock.now()
    if cause == Cause.SILENCE:
        Engagement(id=account_id, is_silent=True, silent_since=at, last_signal_time=at, **place).commit()
    elif cause == Cause.FIRST_CONTACT_BREACHED:
        lead = Lead(account_id=account_id, state="assigned", is_first_contact_breached=True, create_time=at)
        lead.owner_id, lead.region, lead.intake_keys = owner.subject, owner.region, [lead.id]
        lead.first_contact_due_time = at
        lead.commit()
    elif cause == Cause.RECEIVABLE_OVERDUE:
        commands.note_receivable_overdue(account_id, "c1:1", due_time=at, event_id=new_id())
    elif cause == Cause.HIGH_RISK:
        commands.note_account_risk(account_id, True, version=1, at=at, event_id=new_id())
    elif cause == Cause.NEGATIVE_VOICE:
        Voice(account_id=account_id, sentence="太贵", voice_time=at, state="open", is_negative=True, **place).commit()
    elif cause == Cause.LOST_OPPORTUNITY:
        open_opportunity(account_id, owner, state="lost", close_time=ago(days=3))
    else:
        month = months_before(at, 6)[1]
        then = at.replace(year=int(month[:4]), month=int(month[5:]), day=3)
        commands.note_purchase(account_id, 100_000, at=then, event_id=new_id())


@pytest.mark.parametrize("cause", [cause.value for cause in Cause])
def test_each_cause_puts_an_account_on_the_list_with_its_script(room: Room, cause: str) -> None:
    account_id = open_account()
    open_account()
    put_at_risk(account_id, cause)
    answer = at_risk(room, ALICE)
    assert (ids(answer), answer.total) == ([account_id], 1)
    (found,) = answer.accounts_at_risk[0].causes
    assert (found.cause, found.points) == (cause, POINTS[cause])
    assert found.explanation["zh"]
    assert found.explanation["en"]
    assert found.script["zh"]
    assert found.script["en"]
    assert at_risk(room, BOB).total == 0


def test_what_is_mended_leaves_the_list(room: Room) -> None:
    account_id = open_account()
    for cause in (Cause.RECEIVABLE_OVERDUE, Cause.HIGH_RISK, Cause.FALLING_PURCHASES):
        put_at_risk(account_id, cause)
    assert len(at_risk(room).accounts_at_risk[0].causes) == 3
    commands.note_receivable_settled(account_id, "c1:1", event_id=new_id())
    commands.note_account_risk(account_id, False, version=2, at=clock.now(), event_id=new_id())
    commands.note_account_risk(account_id, True, version=1, at=clock.now(), event_id=new_id())  # late
    commands.note_receivable_overdue(account_id, "c1:1", due_time=clock.now(), event_id=new_id())  # late
    assert [each.cause for each in at_risk(room).accounts_at_risk[0].causes] == ["falling_purchases"]
    month = months_before(clock.now(), 1)[0]
    then = clock.now().replace(year=int(month[:4]), month=int(month[5:]), day=3)
    commands.note_purchase(account_id, 80_000, at=then, event_id=new_id())
    assert at_risk(room).total == 0


def test_a_second_delivery_changes_nothing(room: Room) -> None:
    account_id, event_id = open_account(), new_id()
    for _ in range(2):
        commands.note_purchase(account_id, 500, at=clock.now(), event_id=event_id)
    assert sum(AccountMoneyRisk.load(account_id).purchases.values()) == 500


def test_the_riskiest_ten_come_first(room: Room) -> None:
    accounts = [open_account() for _ in range(12)]
    for account_id in accounts:
        put_at_risk(account_id, Cause.NEGATIVE_VOICE)
    for _ in range(5):
        put_at_risk(accounts[7], Cause.NEGATIVE_VOICE)  # counted up to three
    put_at_risk(accounts[4], Cause.HIGH_RISK)
    answer = at_risk(room)
    assert (len(answer.accounts_at_risk), answer.total) == (10, 12)
    assert ids(answer)[:2] == [accounts[4], accounts[7]]
    assert [each.points for each in answer.accounts_at_risk[:3]] == [40, 30, 10]
    assert ids(answer)[2:] == sorted(set(accounts) - {accounts[4], accounts[7]})[:8]
    assert len(at_risk(room, page_size=100).accounts_at_risk) == 12
    too_many = pb.ListAccountsAtRiskRequest(page_size=101)
    assert refused(room, "ListAccountsAtRisk", too_many).failure.violations[0].field == "page_size"


def test_the_list_is_narrowed_to_a_person_or_team(room: Room) -> None:
    mine, theirs = open_account(), open_account(BOB)
    for account_id, owner in ((mine, ALICE), (theirs, BOB)):
        put_at_risk(account_id, Cause.NEGATIVE_VOICE, owner)
    assert ids(at_risk(room, owner_id="bob")) == [theirs]
    assert ids(at_risk(room, team_id="t1")) == [mine]
    assert ids(at_risk(room, ALICE, owner_id="bob")) == []


def test_points_and_scripts_are_data(room: Room) -> None:
    silent, loud = open_account(), open_account()
    put_at_risk(silent, Cause.SILENCE)
    put_at_risk(loud, Cause.NEGATIVE_VOICE)
    policy = pb.AttentionPolicy(risk_points={"negative_voice": 90, "silence": 0})
    ask(room, "UpdateAttentionPolicy", pb.UpdateAttentionPolicyRequest(attention_policy=policy), DIRECTOR)
    assert ids(at_risk(room)) == [loud]
    script = pb.RiskScript(cause="negative_voice", texts={"zh": "先道歉", "en": "Say sorry first"})
    ask(room, "UpdateRiskScript", pb.UpdateRiskScriptRequest(risk_script=script), CARE)
    assert dict(at_risk(room).accounts_at_risk[0].causes[0].script) == {"zh": "先道歉", "en": "Say sorry first"}
    listed = ask(room, "ListRiskScripts", pb.ListRiskScriptsRequest()).risk_scripts
    assert {each.cause for each in listed} == set(POINTS)
    for wrong, field in (
        (pb.RiskScript(cause="weather", texts=script.texts), "risk_script.cause"),
        (pb.RiskScript(cause="silence", texts={"zh": "只有中文"}), "risk_script.texts.en"),
    ):
        request = pb.UpdateRiskScriptRequest(risk_script=wrong)
        assert refused(room, "UpdateRiskScript", request, CARE).failure.violations[0].field == field


SEEN: Sequence[tuple[Principal, str]] = (
    (ALICE, "alice"),
    (BOB, "bob"),
    (SUPERVISOR, "alice"),
    (OTHER_BOSS, "bob"),
    (REGIONAL, "alice"),
)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([cause.value for cause in Cause])), max_size=8), st.data())
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_list_never_changes_through_what_the_viewer_may_not_see(
    room: Room, put: list[tuple[bool, str]], data: st.DataObject
) -> None:
    for document in (Account, AccountMoneyRisk, Engagement, Lead, Opportunity, Voice):
        document.collection().delete_many({})
    room.hire("alice")
    room.hire("bob", team_id="t2", region="west")
    viewer, sees = data.draw(st.sampled_from(SEEN))
    seen_before = None
    for is_alices, cause in sorted(put, key=lambda each: (each[0] is not (sees == "alice"), each[1])):
        owner = ALICE if is_alices else BOB
        if seen_before is None and owner.subject != sees:
            seen_before = at_risk(room, viewer, page_size=100)
        put_at_risk(open_account(owner), cause, owner)
    answer = at_risk(room, viewer, page_size=100)
    assert answer.total == sum((ALICE if is_alices else BOB).subject == sees for is_alices, _ in put)
    if seen_before is not None:
        assert answer == seen_before


def test_an_account_that_changed_hands_is_seen_by_its_owner_of_today(room: Room) -> None:
    account_id = open_account()
    put_at_risk(account_id, Cause.NEGATIVE_VOICE)
    account = Account.load(account_id)
    account.owner_id = "somebody else"
    account.commit()
    assert at_risk(room, ALICE).total == 0
    assert at_risk(room, DIRECTOR).total == 1


def test_an_old_loss_is_forgotten(room: Room) -> None:
    account_id = open_account()
    open_opportunity(account_id, state="lost", close_time=clock.now() - timedelta(days=91))
    assert at_risk(room).total == 0
