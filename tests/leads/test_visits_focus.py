"""The three customers of the day."""

from datetime import datetime, timedelta

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.commands import contact_lead
from services.leads.commands import visits as commands
from services.leads.documents import AccountMoney, FocusDay, Opportunity
from tests.leads.room import DIRECTOR, SUPERVISOR, Room, salesperson
from tests.leads.visits_room import ALICE, BOB, OTHER_BOSS, VisitsRoom


@pytest.fixture
def visits(room: Room) -> VisitsRoom:
    return VisitsRoom(room)


def focus(visits: VisitsRoom, caller: Principal = ALICE, salesperson_id: str = "") -> pb.DailyFocus:
    answer: pb.GetDailyFocusResponse = visits.ask(
        "GetDailyFocus", pb.GetDailyFocusRequest(salesperson_id=salesperson_id), caller
    )
    return answer.focus


def refreshed(visits: VisitsRoom) -> pb.DailyFocus:
    answer: pb.RefreshDailyFocusResponse = visits.ask("RefreshDailyFocus", pb.RefreshDailyFocusRequest())
    return answer.focus


def accounts(visits: VisitsRoom, number: int) -> list[str]:
    """Accounts of alice whose first contact is made, so that nothing waits there."""
    leads = [visits.account_of("alice", f"第{index}贸易") for index in range(number)]
    for lead in leads:
        contact_lead(lead.id, summary="x", next_action=None, by="alice", at=clock.now())
    return [lead.account_id for lead in leads]


def deal(account_id: str, stage: str, amount_minor: int = 0) -> None:
    now = clock.now()
    Opportunity(
        account_id=account_id,
        owner_id="alice",
        stage=stage,
        expected_amount_minor=amount_minor,
        create_time=now,
        update_time=now,
    ).commit()


def test_win_probability_urgency_and_collection_risk_choose_three(visits: VisitsRoom) -> None:
    winning, owing, urgent, idle, small = accounts(visits, 5)
    deal(winning, "payment", 10_000_000)
    deal(small, "lead")
    commands.copy_receivable(owing, "c", 1, outstanding_minor=800_000, radar_state="red", time=clock.now())
    commands.copy_account_risk(owing, is_high_risk=True, version=1)
    visits.visit(urgent, "明天上门演示")
    found = focus(visits)
    assert [(each.account_id, each.score_milli) for each in found.items] == [
        (winning, 380),
        (owing, 250),
        (urgent, 100),
    ]
    assert idle not in {each.account_id for each in found.items}
    (win,) = found.items[0].parts
    assert win.name == "win_probability"
    assert win.reasons["zh"] == "商机在回款阶段，赢率 95%，预计 100,000 元"
    assert found.items[1].parts[0].reasons["en"] == "8,000 CNY overdue (red), high-risk account"


def test_the_focus_stays_over_the_day_until_it_is_refreshed(visits: VisitsRoom) -> None:
    first, second = accounts(visits, 2)
    deal(first, "quote")
    before = focus(visits)
    deal(second, "payment")
    assert focus(visits) == focus(visits, SUPERVISOR, "alice") == before
    done = visits.ask("CompleteFocusItem", pb.CompleteFocusItemRequest(account_id=first)).focus
    assert [each.is_done for each in done.items] == [True]
    again = refreshed(visits)
    assert [(each.account_id, each.is_done) for each in again.items] == [(first, True), (second, False)]
    assert focus(visits) == again
    elsewhere = pb.CompleteFocusItemRequest(account_id="none")
    assert visits.refusal("CompleteFocusItem", elsewhere).reason == "NOT_IN_FOCUS"
    assert FocusDay.collection().count_documents({}) == 1


def test_a_late_first_contact_and_a_low_stock_are_urgent(visits: VisitsRoom) -> None:
    lead = visits.account_of("alice", "江南贸易")
    visits.import_stock("客户,货号,库存,安全库存\n江南贸易,A1,1,10".encode())
    (item,) = focus(visits).items
    assert item.account_id == lead.account_id
    (part,) = item.parts
    assert (part.name, part.score_milli) == ("urgency", 200)
    assert "首次联系" in part.reasons["zh"]
    assert "A1" in part.reasons["zh"]


def test_only_ones_own_people_are_looked_at(visits: VisitsRoom) -> None:
    (account_id,) = accounts(visits, 1)
    deal(account_id, "quote")
    visits.room.hire("wang", team_id="t2", region="west", supervisor_id="boss2")
    for caller in (BOB, OTHER_BOSS):
        request = pb.GetDailyFocusRequest(salesperson_id="alice")
        assert visits.refusal("GetDailyFocus", request, caller).reason == "SALESPERSON_NOT_FOUND"
    assert focus(visits, salesperson("wang")).items == []
    assert len(focus(visits, DIRECTOR, "alice").items) == 1


def test_billing_may_tell_in_any_order(room: Room) -> None:
    now = clock.now()
    later = now + timedelta(hours=1)

    def told(number: int, minor: int, state: str, at: datetime) -> tuple[int, str]:
        commands.copy_receivable("acc", "c", number, outstanding_minor=minor, radar_state=state, time=at)
        money = AccountMoney.load("acc")
        return money.overdue_minor, money.radar_state

    assert told(1, 0, "", later) == (0, "")
    assert told(1, 500, "yellow", now) == (0, "")  # it was settled since
    assert told(2, 700, "due", now) == (700, "due")
    assert told(3, 100, "red", now) == (800, "red")
    assert told(3, 0, "", later) == (700, "due")
    commands.copy_account_risk("acc", is_high_risk=True, version=2)
    commands.copy_account_risk("acc", is_high_risk=False, version=1)
    assert AccountMoney.load("acc").is_high_risk
