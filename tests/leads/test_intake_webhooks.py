"""Signed webhooks: each delivery once, and only from those who can sign."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clocks import real_clock
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import intake_service_pb2 as pb
from services.leads.documents import Lead, WebhookSource
from services.leads.domain.errors import FieldProblem, LeadsError
from services.leads.domain.intake.webhook import read_payload, require_signature, secret_bytes, signature
from tests.leads.intake_room import ask, from_outside, refusal
from tests.leads.room import MARKETING, Room

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY = bytes(32)


def source(room: Room, **fields: Any) -> tuple[str, bytes]:
    described: dict[str, Any] = {
        "name": "官网",
        "channel": "website",
        "region": "east",
        "field_mapping": {"company": "data.org.name", "phone": "data.mobile", "external_id": "id"},
        "active": True,
    }
    request = pb.CreateWebhookSourceRequest(webhook_source=pb.WebhookSource(**(described | fields)), request_id="r")
    answer = ask(room, "CreateWebhookSource", request, MARKETING)
    assert ask(room, "CreateWebhookSource", request, MARKETING).secret == ""
    return answer.webhook_source.id, secret_bytes(answer.secret)


BODY = json.dumps({"id": 7, "data": {"org": {"name": "江南贸易"}, "mobile": "13800138001"}}).encode()


def deliver(
    room: Room, source_id: str, secret: bytes, body: bytes = BODY, message_id: str = "msg-1", **told_: str
) -> bool:
    seconds = str(int(real_clock.now().timestamp()))
    headers = {
        "webhook_id": message_id,
        "webhook_timestamp": seconds,
        "webhook_signature": signature(secret, message_id, seconds, body),
    }
    request = pb.ReceiveWebhookRequest(source_id=source_id)
    request.payload.data = body
    return bool(from_outside(room, "ReceiveWebhook", request, **(headers | told_)).created)


def test_a_signed_delivery_becomes_one_lead_however_often_it_comes(room: Room) -> None:
    source_id, secret = source(room)
    assert deliver(room, source_id, secret)
    assert not deliver(room, source_id, secret)
    assert not deliver(room, source_id, secret, message_id="msg-2")
    lead = Lead.collection().find_one({}) or {}
    assert (lead["company"], lead["channel"], lead["external_id"]) == ("江南贸易", "website", "7")
    assert (lead["source_id"], Lead.collection().count_documents({})) == (source_id, 1)


def test_what_is_not_signed_as_it_must_be_is_refused_alike(room: Room) -> None:
    source_id, secret = source(room)
    old = str(int(real_clock.now().timestamp()) - 301)
    told_: list[dict[str, str]] = [
        {"webhook_signature": "v1,AAAA"},
        {"webhook_signature": ""},
        {"webhook_timestamp": old, "webhook_signature": signature(secret, "msg-1", old, BODY)},
        {"webhook_timestamp": "soon"},
        {"webhook_id": "msg-2"},
        {"webhook_id": ""},
    ]
    messages = set()
    for each in told_:
        with pytest.raises(RemoteError) as caught:
            deliver(room, source_id, secret, BODY, "msg-1", **each)
        messages.add((caught.value.code, caught.value.reason, caught.value.message))
    for other, key in (("none", secret), (source_id, bytes(32))):
        with pytest.raises(RemoteError) as caught:
            deliver(room, other, key)
        messages.add((caught.value.code, caught.value.reason, caught.value.message))
    assert len(messages) == 1
    assert Lead.collection().count_documents({}) == 0


def test_a_new_secret_ends_the_one_before(room: Room) -> None:
    source_id, secret = source(room)
    rotated = ask(room, "RotateWebhookSecret", pb.RotateWebhookSecretRequest(source_id=source_id), MARKETING)
    with pytest.raises(RemoteError):
        deliver(room, source_id, secret)
    assert deliver(room, source_id, secret_bytes(rotated.secret))
    kept = WebhookSource.collection().find_one({"_id": source_id}) or {}
    assert secret_bytes(rotated.secret) not in bytes(kept["sealed_secret"])


def test_deliveries_are_logged_without_phones(room: Room) -> None:
    source_id, secret = source(room)
    deliver(room, source_id, secret)
    with pytest.raises(RemoteError) as caught:
        deliver(room, source_id, secret, b'{"data": {"mobile": "13800138009999"}}', "msg-2")
    assert {each.field for each in caught.value.violations} == {"company", "phone"}
    request = pb.ListWebhookDeliveriesRequest(source_id=source_id)
    good, bad = sorted(
        ask(room, "ListWebhookDeliveries", request, MARKETING).deliveries, key=lambda each: each.webhook_id
    )
    assert (good.accepted, good.phone, good.company) == (True, "138******01", "江南贸易")
    assert (bad.accepted, bad.lead_id) == (False, "")
    assert "1380013800" not in str((good, bad))
    assert refusal(room, "ListWebhookDeliveries", pb.ListWebhookDeliveriesRequest(source_id="x"), MARKETING).reason == (
        "WEBHOOK_SOURCE_NOT_FOUND"
    )


@given(st.binary(max_size=300))
def test_any_payload_is_either_read_or_refused(body: bytes) -> None:
    with suppress(FieldProblem):
        assert read_payload(body, {"company": "a.b"}, "website", "").channel


@given(st.binary(max_size=100), st.text(max_size=30), st.text(max_size=30), st.text(max_size=60))
def test_no_guess_passes_for_a_signature(body: bytes, webhook_id: str, timestamp: str, guess: str) -> None:
    with pytest.raises(LeadsError):
        require_signature(KEY, webhook_id, timestamp, guess, body, AT)
