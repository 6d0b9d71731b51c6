"""The real rpc and worker processes: copies arrive, events leave, deadlines fire, each once."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from saleloop.billing.v1.events_pb2 import AccountRiskChanged
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1.events_pb2 import AccountChanged
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from tests.quotes.desk import BOSS, FINANCE, product, step_states
from tests.quotes.running import Running
from tests.stack import Database, Vhost


@pytest.fixture
def running(fresh_database: Callable[[str], Database], fresh_vhost: Vhost, tmp_path: Path) -> Iterator[Running]:
    started = Running(fresh_database("quotes"), fresh_vhost, tmp_path)
    yield started
    started.stop()


def test_from_the_neighbours_events_to_the_signature(running: Running) -> None:
    desk = running.desk
    running.publish(
        PersonChanged(person_id="seller", name="王小明", supervisor_id="boss", active=True, version=1), "gateway"
    )
    account = AccountChanged(
        account_id="acc-1", name="上海影像", owner_id="seller", team_id="t1", region="east", version=1
    )
    running.publish(account, "leads")
    running.publish(AccountRiskChanged(account_id="acc-1", is_high_risk=True, version=1), "billing")
    running.wait_for(lambda: running.database["account_copies"].find_one({"version": 1, "risk_version": 1}))
    running.wait_for(lambda: running.database["person_copies"].find_one({"_id": "seller"}))
    desk.call("PutProduct", pb.PutProductRequest(product=product()), FINANCE)

    quote = desk.submitted()
    assert step_states(quote)["credit"] == "WAITING"
    running.wait_for(lambda: running.queued("notify.tell_approval_requested") == 1)
    running.move_clock(timedelta(hours=25))
    running.wait_for(lambda: running.queued("notify.tell_approval_overdue") == 1)

    desk.approve(quote, "supervisor", BOSS)
    quote = desk.approve(quote, "credit", FINANCE)
    desk.sign(desk.link(quote).token)
    running.wait_for(lambda: running.queued("billing.start_contract_when_quote_signed") == 1)
    time.sleep(1)  # whatever would come twice has come by then
    told = ("approval_requested", "approval_overdue", "approval_decided", "quote_approved", "quote_signed")
    assert {name: running.queued(f"notify.tell_{name}") for name in told} == {
        "approval_requested": 2,
        "approval_overdue": 1,
        "approval_decided": 2,
        "quote_approved": 1,
        "quote_signed": 1,
    }
    assert running.queued("quotes.parked") == 0
