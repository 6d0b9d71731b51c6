"""Two real worker processes on one database: each effect exists once, whatever is delivered how often."""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pika
import pytest
from google.protobuf.message import Message
from pymongo import MongoClient

from chassis.envelopes import event_type, proto_json
from chassis.ids import new_id
from devstack.child import Child
from devstack.wiring import ROOT
from saleloop.leads.v1.events_pb2 import AccountChanged
from tests.billing.room import quote_signed
from tests.stack import Database, Vhost


class Workers:
    """Two workers, a publisher that repeats itself, and what came of it."""

    def __init__(self, database: Database, vhost: Vhost, folder: Path) -> None:
        self.client = MongoClient[dict[str, Any]](database.url, tz_aware=True)
        self.database = self.client[database.name]
        self.connection = pika.BlockingConnection(pika.URLParameters(vhost.amqp_url()))
        self.channel = self.connection.channel()
        base = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}
        env = {**base, **database.settings, "SALELOOP_AMQP_URL": vhost.amqp_url("billing")}
        admin = {**base, **vhost.admin_settings, "SALELOOP_ENVIRONMENT": "test"}
        declare = self._child("declare", ["chassis.topology", "declare"], admin, folder)
        assert declare.wait(60), declare.log_tail()
        assert declare.exit_code == 0, declare.log_tail()
        command = ["services.billing", "worker"]
        self.children = [self._child(f"worker-{i}", command, env, folder) for i in range(2)]

    def _child(self, name: str, command: list[str], env: dict[str, str], folder: Path) -> Child:
        child = Child(name, [sys.executable, "-m", *command], env=env, log=folder / f"{name}.log", cwd=ROOT)
        child.start()
        return child

    def publish(self, message: Message, service: str, times: int) -> None:
        """One event, delivered several times."""
        now = datetime.now(UTC).isoformat()
        headers = {
            "ce-id": new_id(),
            "ce-type": event_type(message),
            "ce-source": f"/saleloop/{service}",
            "ce-time": now,
            "ce-subject": "s",
            "ce-sequence": "1",
            "ce-specversion": "1.0",
        }
        properties = pika.BasicProperties(headers=headers, content_type="application/json", delivery_mode=2)
        for _ in range(times):
            self.channel.basic_publish(
                f"{service}.events", event_type(message), proto_json(message).encode(), properties
            )

    def move_clock(self, offset: timedelta) -> None:
        milliseconds = offset // timedelta(milliseconds=1)
        self.database["clock"].update_one({"_id": "business"}, {"$set": {"offset_ms": milliseconds}}, upsert=True)

    def wait_for(self, what: Callable[[], object], seconds: float = 40) -> Any:
        """What `what` answers as soon as that is true."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            if found := what():
                return found
            time.sleep(0.1)
        logs = "\n".join(child.log_tail(30) for child in self.children)
        raise AssertionError(f"{self.state()}\n{logs}")

    def state(self) -> str:
        """Where everything stands, for the message of a failure."""
        queues = ("billing.start_contract_when_quote_signed", "billing.parked", "notify.tell_receivable_overdue")
        names = ("account_ledgers", "contracts", "success_tasks", "clock", "leases")
        documents = {name: [str(each)[:400] for each in self.database[name].find({}, {"lines": 0})] for name in names}
        return f"{ {queue: self.queued(queue) for queue in queues} } {documents}"

    def queued(self, queue: str) -> int:
        count: int = self.channel.queue_declare(queue, passive=True).method.message_count
        return count

    def quiet(self) -> bool:
        """Nothing is due or unpublished."""
        names = ("contracts", "success_tasks", "account_ledgers")
        return not any(self.database[name].count_documents({"outbox.0": {"$exists": True}}) for name in names)

    def stop(self) -> None:
        for child in self.children:
            child.stop(15)
        self.connection.close()
        self.client.close()


@pytest.fixture
def workers(fresh_database: Callable[[str], Database], fresh_vhost: Vhost, tmp_path: Path) -> Iterator[Workers]:
    running = Workers(fresh_database("billing"), fresh_vhost, tmp_path)
    yield running
    running.stop()


def test_two_workers_make_each_contract_and_each_alarm_once(workers: Workers) -> None:
    account = AccountChanged(
        account_id="acc-1", name="江南贸易", owner_id="sales-9", team_id="t9", region="east", version=3
    )
    workers.publish(account, "leads", times=3)
    workers.wait_for(lambda: workers.database["account_ledgers"].find_one({"_id": "acc-1", "source_version": 3}))
    now = datetime.now(UTC)  # the business clock of these workers has not moved yet
    for _ in range(3):
        workers.publish(quote_signed(shares=((6_000, 10), (4_000, 10)), sign_time=now), "quotes", times=3)
    workers.wait_for(lambda: workers.database["contracts"].count_documents({}) == 3)
    numbers = sorted(each["number"][-6:] for each in workers.database["contracts"].find())
    assert numbers == ["000001", "000002", "000003"]
    assert workers.database["contracts"].distinct("owner_id") == ["sales-9"]

    workers.move_clock(timedelta(days=30))
    ledgers = workers.database["account_ledgers"]
    workers.wait_for(lambda: ledgers.find_one({"is_high_risk": True, "risk_version": 1}))
    workers.wait_for(lambda: workers.queued("notify.tell_receivable_overdue") >= 18 and workers.quiet())
    time.sleep(1)  # whatever would come twice has come by then
    # Three contracts with two instalments, each overdue, yellow and red.
    assert workers.queued("notify.tell_receivable_overdue") == 18
    assert workers.queued("quotes.copy_account_risk") == 1
    assert workers.database["contracts"].distinct("instalments.alarms_raised") == [3]
    assert workers.database["success_tasks"].distinct("state") == ["OPEN"]
    assert workers.queued("notify.tell_success_task_opened") == 3
    assert workers.queued("billing.parked") == 0


def test_a_quote_that_makes_no_contract_is_parked_and_stops_nobody(workers: Workers) -> None:
    workers.publish(quote_signed(shares=((9_000, 10),), sign_time=datetime.now(UTC)), "quotes", times=1)
    workers.publish(quote_signed(sign_time=datetime.now(UTC)), "quotes", times=1)
    workers.wait_for(lambda: workers.database["contracts"].count_documents({}) == 1)
    workers.wait_for(lambda: workers.queued("billing.parked") == 1)
