"""Records from the queue into the chains, and out again over HTTP."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from chassis import database
from gateway.audit import recorder, store
from gateway.audit.store import Record
from tests.gateway.running import Gateway


class Message:
    """The part of a delivery that the recorder reads."""

    def __init__(self, record: dict[str, Any], event_id: str = "", source: str = "") -> None:
        self.body = json.dumps(record).encode()
        self.message_id = event_id or uuid4().hex
        self.headers = {"ce-source": source or f"/saleloop/{record.get('service')}", "ce-type": "change_recorded.v1"}


def together(*records: dict[str, Any], event_id: str = "", source: str = "/saleloop/leads") -> Message:
    """What a service tells of one transaction over many documents."""
    message = Message({"changes": records}, event_id, source)
    message.headers["ce-type"] = "changes_recorded.v1"
    return message


def change(service: str, document_id: str = "d1", **changes: Any) -> dict[str, Any]:
    return {
        "service": service,
        "collection": "leads",
        "document_id": document_id,
        "version": "1",
        "actor": "p1",
        "operation": "leads.CreateLead",
        "changes": {name: {"before": None, "after": value} for name, value in changes.items()},
        "real_time": "2026-03-02T08:00:00Z",
    }


@pytest.fixture
def clean(gateway: Gateway) -> Iterator[Gateway]:
    yield gateway
    for collection in (store.ENTRIES, store.HEADS):
        database.current()[collection].delete_many({})


def broken() -> dict[str, str]:
    return {service: problem for service, _, problem in store.verify() if problem}


def record(*messages: Message) -> dict[int, str]:
    return dict(recorder.append_all(messages))  # type: ignore[arg-type]  # messages have the shape of deliveries


def test_each_service_has_its_chain(clean: Gateway) -> None:
    assert record(Message(change("leads")), Message(change("billing")), Message(change("leads"))) == {}
    assert {service: length for service, length, _ in store.verify()} == {"billing": 1, "leads": 2}
    assert broken() == {}


def test_a_second_delivery_changes_nothing(clean: Gateway) -> None:
    one = Message(change("leads"), event_id="e1")
    record(one, one)
    record(one, Message(change("leads"), event_id="e2"))
    assert list(store.verify()) == [("leads", 2, "")]


def test_changes_told_together_are_links_of_their_own(clean: Gateway) -> None:
    many = together(*(change("leads", f"d{number}") for number in range(2_500)), event_id="e1")
    assert record(Message(change("leads")), many) == {}
    assert record(many, many) == {}
    assert list(store.verify()) == [("leads", 2_501, "")]
    admin = clean.as_user()
    one = clean.client.get("/v1/audit", params={"service": "leads", "document_id": "d7"}, headers=admin).json()
    assert [entry["record"]["document_id"] for entry in one["entries"]] == ["d7"]


def test_changes_told_together_are_taken_or_refused_together(clean: Gateway) -> None:
    mixed = together(change("leads"), change("billing"))
    headless = together(change("leads"), {"service": "leads"})
    nothing = together()
    listed, text = Message(change("leads")), together()
    listed.body, text.body = b"[1]", b'{"changes": ["text"]}'
    for message in (listed, text):
        message.headers["ce-source"] = "/saleloop/leads"
    unnamed = together(change("leads"), source="leads")
    refused = record(mixed, headless, nothing, listed, text, unnamed, together(change("leads")))
    assert sorted(refused) == [0, 1, 2, 3, 4, 5]
    assert list(store.verify()) == [("leads", 1, "")]


def test_two_recorders_at_once_do_not_fork_the_chain(clean: Gateway) -> None:
    ready = threading.Barrier(4)

    def work(worker: int) -> None:
        ready.wait()
        for number in range(10):
            store.append(
                "leads", [Record(f"{worker}-{number}", "{}", "", None), Record(f"same-{number}", "{}", "", None)]
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert list(store.verify()) == [("leads", 50, "")]


def test_what_is_no_record_is_named_and_the_rest_goes_in(clean: Gateway) -> None:
    garbage = Message(change("leads"))
    garbage.body = b"\xff"
    foreign = Message(change("leads"), source="/saleloop/billing")
    refused = record(Message(change("leads")), garbage, foreign)
    assert sorted(refused) == [1, 2]
    assert "billing in the name of leads" in refused[2]
    assert list(store.verify()) == [("leads", 1, "")]


@pytest.mark.parametrize(
    ("update", "told"),
    [
        ({"$set": {"record": '{"document_id":"d1","forged":true}'}}, "entry 2 was changed"),
        ({"$set": {"document_id": "other"}}, "filed under another document"),
        ({"$set": {"prev_hash": "0"}}, "entry 2 does not follow"),
    ],
)
def test_a_changed_entry_is_found(clean: Gateway, update: dict[str, Any], told: str) -> None:
    record(*(Message(change("leads")) for _ in range(3)))
    database.current()[store.ENTRIES].update_one({"service": "leads", "seq": 2}, update)
    assert told in broken()["leads"]


def test_a_deleted_entry_is_found(clean: Gateway) -> None:
    record(*(Message(change("leads")) for _ in range(3)))
    database.current()[store.ENTRIES].delete_one({"service": "leads", "seq": 3})
    assert broken() == {"leads": "the chain ends at 2, its head says 3"}


def test_the_command_tells_by_its_exit_code(clean: Gateway) -> None:
    record(Message(change("leads")))

    def verify() -> subprocess.CompletedProcess[str]:
        env = {
            "SALELOOP_MONGO_URL": clean.settings.mongo_url,
            "SALELOOP_MONGO_DATABASE": clean.settings.mongo_database,
            "PYTHONPATH": ".:gen",
        }
        command = [sys.executable, "-m", "gateway", "audit", "verify"]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)

    whole = verify()
    assert (whole.returncode, whole.stdout.splitlines()) == (0, ["leads: OK (1 entries)", "OK"])
    database.current()[store.ENTRIES].update_one({}, {"$set": {"hash": "x"}})
    assert verify().returncode == 1


def test_the_audit_is_read_newest_first_and_page_by_page(clean: Gateway) -> None:
    record(*(Message(change("leads", f"d{number % 2}", company=f"c{number}", n=number)) for number in range(5)))
    admin = clean.as_user()
    parameters: dict[str, Any] = {"service": "leads", "page_size": 2}
    seen = []
    while True:
        page = clean.client.get("/v1/audit", params=parameters, headers=admin).json()
        seen += [(entry["seq"], entry["record"]["changes"]["company"]["after"]) for entry in page["entries"]]
        if not page["next_page_token"]:
            break
        parameters["page_token"] = page["next_page_token"]
    assert seen == [(str(seq), f"c{seq - 1}") for seq in (5, 4, 3, 2, 1)]
    one = clean.client.get("/v1/audit", params={"service": "leads", "document_id": "d1"}, headers=admin).json()
    assert [entry["record"]["document_id"] for entry in one["entries"]] == ["d1", "d1"]


def test_only_some_roles_read_the_audit(clean: Gateway) -> None:
    clean.person(clean.as_user(), "auditor", "sre")
    clean.person(clean.as_user(), "seller", "salesperson")
    for username, status in (("auditor", 200), ("seller", 403)):
        headers = clean.as_person(username)
        assert clean.client.get("/v1/audit?service=leads", headers=headers).status_code == status
    assert clean.client.get("/v1/audit?service=x", headers=clean.as_person("auditor")).status_code == 400
