"""The real processes: an import survives the death of both workers, and the doors work over HTTP."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from chassis import database
from chassis.tokens import AccessTokenIssuer
from gateway.config import GatewaySettings
from gateway.http.answers import XLSX
from gateway.identity.commands import sessions
from saleloop.leads.v1 import intake_service_pb2 as pb
from services.leads.domain.intake.webhook import secret_bytes, signature
from tests.gateway.conftest import _serve
from tests.leads.intake_room import csv_bytes, good_row, look, sheet_of, start, workbook
from tests.leads.processes import Processes
from tests.leads.room import DIRECTOR, PRIVATE_KEY, PUBLIC_KEY
from tests.stack import Database

ROWS = 3_000


def test_an_import_goes_on_where_a_killed_worker_left_it(processes: Processes) -> None:
    room, workers = processes.room, processes.children[1:]
    started = start(room, csv_bytes([good_row(number) for number in range(ROWS)]))
    processes.wait_for(lambda: processes.database["leads"].count_documents({}), "the first chunk")
    for worker in workers:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
    left = look(room, started.id)
    for worker in workers:
        processes.wait_for(lambda worker=worker: not worker.is_running, "the end of a worker")  # type: ignore[misc]  # a default binds it
        worker.start()
    processes.wait_for(lambda: look(room, started.id).state == pb.IMPORT_STATE_DONE, "the rest", seconds=90)
    done = look(room, started.id)
    assert left.rows_read < ROWS
    assert (done.rows_read, done.created, done.unchanged, done.bad) == (ROWS, ROWS, 0, 0)
    assert processes.database["leads"].count_documents({}) == ROWS


@pytest.fixture
def browser(processes: Processes, fresh_database: Callable[[str], Database]) -> Iterator[httpx.Client]:
    """Speaks HTTP to a gateway before these processes."""
    place = fresh_database("gateway")
    settings = GatewaySettings(
        environment="test",
        mongo_url=place.url,
        mongo_database=place.name,
        access_private_key=PRIVATE_KEY,
        access_public_key=PUBLIC_KEY,
        leads_address=processes.address,
    )
    database.connect(settings, "gateway")
    sessions.prepare()
    server, port, thread = _serve(settings)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join(10)
    database.disconnect()


def test_forms_webhooks_and_files_come_in_over_http(processes: Processes, browser: httpx.Client) -> None:
    token = AccessTokenIssuer(PRIVATE_KEY).issue(DIRECTOR, "gateway", timedelta(minutes=5))
    director = {"authorization": f"Bearer {token}"}

    form = {"key": "expo-2026", "channel": "expo", "active": True, "fields": ["needs"]}
    made = browser.post("/v1/intakeForms", json={"intake_form": form}, headers=director)
    assert made.status_code == 200, made.text
    shown = browser.get("/v1/public/intakeForms/expo-2026").json()
    written = {"form_token": shown["form_token"], "company": "江南贸易", "phone": "13800138001", "needs": ["ERP"]}
    assert browser.post("/v1/public/intakeForms/expo-2026:submit", json=written).json()["reason"] == "FORM_TOO_FAST"
    time.sleep(2)
    for _ in range(2):
        assert browser.post("/v1/public/intakeForms/expo-2026:submit", json=written).json()["message"]

    source = {"name": "官网", "channel": "website", "active": True}
    told = browser.post("/v1/webhookSources", json={"webhook_source": source}, headers=director).json()
    body, now = '{ "company": "西湖贸易",  "phone": "13800138002" }'.encode(), str(int(time.time()))
    signed = {
        "webhook-id": "m-1",
        "webhook-timestamp": now,
        "webhook-signature": signature(secret_bytes(told["secret"]), "m-1", now, body),
    }
    address = f"/v1/public/webhooks/{told['webhook_source']['id']}"
    assert browser.post(address, content=body, headers=signed).json() == {"created": True}
    assert browser.post(address, content=body, headers=signed).json() == {"created": False}
    assert browser.post(address, content=body + b" ", headers=signed).status_code == 401

    file = workbook([good_row(1), ["坏", "", "12"]])
    started = browser.post("/v1/leadImports?file_name=a.xlsx", content=file, headers=director | {"content-type": XLSX})
    assert started.status_code == 200, started.text
    address = f"/v1/leadImports/{started.json()['lead_import']['id']}"

    def done() -> object:
        return browser.get(address, headers=director).json()["lead_import"]["state"] == "IMPORT_STATE_DONE"

    processes.wait_for(done, "the import")
    bad = browser.get(f"{address}/badRows?language=en", headers=director)
    assert [row[0] for row in sheet_of(bad.content)] == ["公司名称", "坏"]
    channels = Counter(lead["channel"] for lead in processes.database["leads"].find({}))
    assert channels == {"expo": 2, "website": 1}
