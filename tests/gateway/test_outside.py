"""What comes from outside reaches the service as it was sent; files go both ways."""

from gateway.http.answers import XLSX
from tests.gateway.running import Gateway

PADDED = b'{ "company" : "\xe6\x98\x8e\xe8\xbf\x9c" }\n\xff'


def test_a_webhook_arrives_byte_by_byte_with_what_it_was_signed_with(gateway: Gateway) -> None:
    headers = {"webhook-id": "m-1", "webhook-timestamp": "1", "webhook-signature": "v1,abc v1,def", "cookie": "x=1"}
    answer = gateway.client.post("/v1/public/webhooks/s-1", content=PADDED, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"created": True})
    request = gateway.leads.requests[-1]
    assert (request.source_id, request.payload.data) == ("s-1", PADDED)
    told = gateway.leads.metadata
    assert (told["webhook-id"], told["webhook-timestamp"]) == ("m-1", "1")
    assert (told["webhook-signature"], told["x-client-address"]) == ("v1,abc v1,def", "127.0.0.1")
    assert "cookie" not in told


def test_a_header_that_nothing_can_carry_is_left_out(gateway: Gateway) -> None:
    headers = {b"webhook-id": b"m\xe9", b"x-client-address": b"6.6.6.6", b"webhook-signature": b"x" * 3_000}
    assert gateway.client.post("/v1/public/webhooks/s-1", content=b"", headers=headers).status_code == 200
    told = gateway.leads.metadata
    assert "webhook-id" not in told
    assert "webhook-signature" not in told
    assert told["x-client-address"] == "127.0.0.1"


def test_a_limit_of_the_service_says_when_to_come_back(gateway: Gateway) -> None:
    answer = gateway.client.post("/v1/public/intakeForms/expo:submit", json={"company": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "17")
    assert answer.json()["reason"] == "RATE_LIMITED"


def test_a_workbook_is_sent_as_it_is(gateway: Gateway) -> None:
    headers = {**gateway.as_user(), "content-type": XLSX}
    answer = gateway.client.post(
        "/v1/leadImports?file_name=a.xlsx&validate_only=true", content=b"PK..", headers=headers
    )
    assert answer.status_code == 200, answer.text
    request = gateway.leads.requests[-1]
    assert (request.content, request.file_name, request.validate_only) == (b"PK..", "a.xlsx", True)


def test_a_workbook_comes_back_as_one(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/leadImports/i-1/badRows?language=en", headers=gateway.as_user())
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, XLSX, b"PK")
