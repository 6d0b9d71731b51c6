"""Visits with the real rpc and worker processes: each event and deadline has its effect once."""

import time
from datetime import UTC, datetime, timedelta

from saleloop.billing.v1.billing_service_pb2 import RADAR_STATE_RED
from saleloop.billing.v1.events_pb2 import AccountRiskChanged, ReceivableOverdue, ReceivableSettled
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1 import visits_service_pb2 as pb
from saleloop.type.v1.money_pb2 import Money
from tests.leads.processes import Processes
from tests.leads.visits_room import VisitsRoom


def account_of_alice(processes: Processes) -> str:
    alice = PersonChanged(
        person_id="alice", name="Alice", team_id="t1", region="east", roles=["salesperson"], active=True, version=1
    )
    processes.publish("gateway", alice)
    processes.wait_for(lambda: processes.database["salespeople"].count_documents({}) == 1, "the copy")
    lead = processes.room.create(company="江南贸易")
    account_id: str = processes.wait_for(lambda: processes.room.lead(lead.id).account_id, "the account")
    return account_id


def test_reminders_to_dos_and_copies_happen_once(processes: Processes) -> None:
    account_id = account_of_alice(processes)
    visits = VisitsRoom(processes.room)
    visit = visits.visit(account_id, "周五前发报价")
    visits.ask("CompleteNextAction", pb.CompleteNextActionRequest(visit_id=visit.id))
    today = datetime.now(UTC).date()
    for back in (29, 19, 9):
        row = f"账户,货号,库存,最近采购日期\n江南贸易,A1,50,{today - timedelta(days=back)}\n"
        visits.import_stock(row.encode(), columns={"account": "账户"})
    owed = ReceivableOverdue(
        contract_id="c",
        instalment_number=1,
        account_id=account_id,
        radar_state=RADAR_STATE_RED,
        outstanding=Money(amount_minor=700, currency_code="CNY"),
    )
    processes.publish("billing", owed, AccountRiskChanged(account_id=account_id, is_high_risk=True, version=3))
    money = processes.database["account_money"]
    processes.wait_for(
        lambda: money.count_documents({"overdue_minor": 700, "radar_state": "red", "is_high_risk": True}), "the copy"
    )
    processes.move_clock(timedelta(days=2))
    processes.wait_for(lambda: processes.queued("notify.tell_reorder_due") == 1, "the reminder")
    settled = ReceivableSettled(contract_id="c", instalment_number=1, account_id=account_id)
    processes.publish("billing", settled)
    processes.wait_for(lambda: money.count_documents({"overdue_minor": 0, "radar_state": ""}), "the settled copy")
    time.sleep(1)  # whatever would come twice has come by then
    for queue in ("tell_reorder_due", "tell_next_action_planned", "close_card_when_next_action_completed"):
        assert processes.queued(f"notify.{queue}") == 1
    assert processes.queued("leads.parked") == 0
