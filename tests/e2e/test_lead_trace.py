"""One trace leads from the HTTP request for a lead to the message in the chat."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from demo.robot import Robot, RobotServer
from devstack.supervisor import Platform
from tests.e2e.callers import Tokens
from tests.e2e.span_collector import SpanCollector, collecting

PROCESSES = ["gateway-http", "leads-rpc", "leads-worker", "notify-rpc", "notify-worker"]
CHAT = "chat"
CREATE_LEAD = "/saleloop.leads.v1.LeadsService/CreateLead"
# Who calls, tells or wakes whom: the path of one lead through the platform.
EXPECTED_EDGES = [
    ("gateway-http: POST /v1/leads", f"gateway-http: {CREATE_LEAD}"),
    (f"gateway-http: {CREATE_LEAD}", "leads-rpc: leads.CreateLead"),
    ("leads-rpc: leads.CreateLead", "leads-rpc: publish lead_created.v1"),
    ("leads-rpc: publish lead_created.v1", "leads-worker: leads.route_lead_when_created"),
    ("leads-worker: leads.route_lead_when_created", "leads-worker: publish lead_assigned.v1"),
    ("leads-worker: publish lead_assigned.v1", "notify-worker: notify.tell_lead_assigned"),
    ("leads-worker: publish lead_assigned.v1", "notify-worker: send wecom_robot"),
    ("notify-worker: send wecom_robot", CHAT),
]


class Door:
    """The gateway, called as anybody."""

    def __init__(self, platform: Platform, client: httpx.Client) -> None:
        self._tokens = Tokens(platform.servers.secrets.access_private_key)
        self._client = client

    def call(self, role: str, verb: str, path: str, body: Any = None, **headers: str) -> Any:
        headers["authorization"] = f"Bearer {self._tokens.token('gateway', role)}"
        answer = self._client.request(verb, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def collector() -> Iterator[SpanCollector]:
    with collecting() as running:
        yield running


def eventually(what: Callable[[], Any], reason: Callable[[], str]) -> Any:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(reason())


def test_one_trace_leads_from_the_request_to_the_chat(
    make_platform: Callable[..., Platform], collector: SpanCollector
) -> None:
    platform = make_platform(only=PROCESSES, environ={"SALELOOP_OTLP_ENDPOINT": collector.url})
    robot = Robot()
    with RobotServer(robot) as chat, closing(httpx.Client(base_url=platform.http_url, timeout=30)) as client:
        door = Door(platform, client)
        channel = {"kind": "CHANNEL_KIND_WECOM_ROBOT", "url": chat.wecom_url, "language": "zh", "enabled": True}
        door.call("admin", "PUT", "/v1/channels/trace-chat", channel)
        person = {"username": "seller", "password": secrets.token_urlsafe(16), "name": "王小明", "language": "zh"}
        door.call("admin", "POST", "/v1/people", person | {"roles": ["salesperson"], "tags": ["ERP", "CRM", "BI"]})
        eventually(
            lambda: door.call("director", "GET", "/v1/salespeople").get("salespeople"), lambda: "no salesperson came"
        )
        trace_id = secrets.token_hex(16)
        lead = {"company": "江南贸易", "phone": "13800138000", "needs": ["ERP"]}
        door.call("marketing", "POST", "/v1/leads", lead, traceparent=f"00-{trace_id}-{secrets.token_hex(8)}-01")
        message = eventually(
            lambda: next((each for each in robot.accepted if trace_id in each.traceparent), None),
            lambda: f"no message of this trace in the chat: {robot.accepted}",
        )
    assert "江南贸易" in message.text

    def edges() -> set[tuple[str, str]]:
        sender = collector.name_of(trace_id, message.traceparent.split("-")[2])
        return collector.edges(trace_id) | {(sender, CHAT)}

    eventually(
        lambda: set(EXPECTED_EDGES) <= edges(), lambda: f"missing edges: {set(EXPECTED_EDGES) - edges()}\n{edges()}"
    )
