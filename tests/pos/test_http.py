"""Receipts over HTTP: durable when acknowledged, and nothing that a till or a thief sends brings a 5xx."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posclient import Identity
from posclient.simple import PATH, http_batch, send_batch, signed_batch
from tests.pos.shop import Shop, sale

RECEIPT = {
    "number": "1",
    "kind": "RECEIPT_KIND_SALE",
    "currency_code": "USD",
    "total_minor": "349",
    "till_time": "2026-03-01T10:00:00Z",
    "lines": [{"sku": "sku-1", "quantity_milli": "1000", "amount_minor": 349}],
}


@pytest.fixture(scope="module")
def till(shop: Shop) -> Identity:
    """An enrolled till."""
    shop.open_stores("http")
    return shop.enrol("http")


@pytest.fixture(scope="module")
def http(shop: Shop) -> Iterator[httpx.Client]:
    """A connection to the edge."""
    with httpx.Client(base_url=shop.platform.pos_http_url, timeout=20) as client:
        yield client


def post(
    http: httpx.Client, till: Identity, body: bytes, media_type: str = "application/json", **headers: str
) -> httpx.Response:
    """A signed request with any body."""
    found, content = signed_batch(till, 1, body, media_type)
    return http.post(PATH, content=content, headers=found | headers)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["reason"]


def test_receipts_as_json_ndjson_and_gzip_are_counted_once(shop: Shop, http: httpx.Client) -> None:
    shop.open_stores("forms")
    me = shop.enrol("forms")
    second = json.dumps({**RECEIPT, "number": 2}).encode()

    async def as_ndjson() -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=shop.platform.pos_http_url) as client:
            return await send_batch(client, me, 3, [sale(7, number=n) for n in range(3, 53)])

    assert post(http, me, json.dumps({"receipts": [RECEIPT]}).encode()).json()["state"] == "DURABLE"
    assert post(http, me, second, "application/x-ndjson").json()["receipts"] == 1
    assert asyncio.run(as_ndjson()) == {"batch_sequence": "3", "receipts": 50, "state": "DURABLE"}
    assert post(http, me, second, "application/x-ndjson").status_code == 200
    shop.wait_for(lambda: shop.terminal("forms").duplicates == 1)
    assert shop.terminal("forms").accepted == 52


def test_an_unbelievable_receipt_does_not_stop_its_neighbours(shop: Shop, http: httpx.Client) -> None:
    shop.open_stores("years")
    me = shop.enrol("years")
    years = {1: "2026-03-01", 2: "1970-01-01", 3: "2100-06-01", 4: "2026-03-02"}
    receipts = [{**RECEIPT, "number": number, "till_time": f"{day}T10:00:00Z"} for number, day in years.items()]
    receipts.append({**RECEIPT, "number": 2**53 + 1})
    assert post(http, me, json.dumps({"receipts": receipts}).encode()).status_code == 200
    shop.wait_for(lambda: shop.terminal("years").rejected == 3)
    assert shop.terminal("years").accepted == 2


def test_a_request_that_is_replayed_altered_or_forged_is_refused(
    shop: Shop, http: httpx.Client, till: Identity
) -> None:
    headers, body = http_batch(till, 1, [sale(5, number=100)])
    assert http.post(PATH, content=body, headers=headers).status_code == 200
    assert problem(http.post(PATH, content=body, headers=headers)) == (409, "TOKEN_USED")
    fresh, _ = http_batch(till, 1, [sale(5, number=100)])
    altered = body.replace(b"sku-1", b"sku-2")
    for changed, content in (
        (fresh, altered),
        (fresh | {"saleloop-batch-sequence": "2"}, body),
        (fresh | {"saleloop-signature": headers["saleloop-signature"]}, body),
        (fresh | {"saleloop-signature": "nonsense"}, body),
    ):
        assert problem(http.post(PATH, content=content, headers=changed)) == (401, "SIGNATURE_INVALID")
    assert problem(http.post(PATH, content=body)) == (401, "TOKEN_MISSING")
    shop.open_stores("elsewhere")
    assert problem(post(http, till, json.dumps({"store_id": "elsewhere", "receipts": [RECEIPT]}).encode())) == (
        400,
        "NOT_YOURS",
    )


def test_a_bomb_is_refused_without_being_unpacked(http: httpx.Client, till: Identity) -> None:
    bomb = gzip.compress(bytes(400 * 1024 * 1024), 9)
    assert len(bomb) < 1_000_000
    headers, _ = signed_batch(till, 1, b"x", "application/json")
    answer = http.post(PATH, content=bomb, headers=headers | {"content-encoding": "gzip"})
    assert problem(answer) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("body", "media_type", "headers", "expected"),
    [
        (b"", "application/json", {}, (400, "BODY_UNREADABLE")),
        (b"{}", "application/json", {}, (400, "BODY_UNREADABLE")),
        (b"[1]", "application/json", {}, (400, "BODY_UNREADABLE")),
        (b'{"receipts": [{"number": 1', "application/json", {}, (400, "BODY_UNREADABLE")),
        (b'{"receipts": [{"nummer": 1}]}', "application/json", {}, (400, "BODY_UNREADABLE")),
        (b'{"number": 1}\n{"number": ', "application/x-ndjson", {}, (400, "BODY_UNREADABLE")),
        (b'{"number": 1}\n' * 501, "application/x-ndjson", {}, (413, "BODY_TOO_LARGE")),
        (b"[" * 100_000, "application/json", {}, (400, "BODY_UNREADABLE")),
        (b" " * (4 * 1024 * 1024 + 1), "application/json", {}, (413, "BODY_TOO_LARGE")),
        (b"{}", "text/plain", {}, (415, "MEDIA_TYPE_NOT_SUPPORTED")),
        (b"{}", "application/json", {"content-encoding": "br"}, (415, "MEDIA_TYPE_NOT_SUPPORTED")),
        (b"{}", "application/json", {"content-encoding": "gzip"}, (400, "BODY_UNREADABLE")),
        (b"{}", "application/json", {"saleloop-batch-sequence": "0"}, (400, "INVALID_ARGUMENT")),
        (b"{}", "application/json", {"saleloop-batch-sequence": "x" * 50}, (400, "INVALID_ARGUMENT")),
    ],
)
def test_what_is_no_batch_gets_a_clear_refusal(
    http: httpx.Client, till: Identity, body: bytes, media_type: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert problem(post(http, till, body, media_type, **headers)) == expected


def test_a_torn_gzip_stream_is_refused(http: httpx.Client, till: Identity) -> None:
    packed = gzip.compress(json.dumps({"receipts": [RECEIPT]}).encode())
    headers, _ = signed_batch(till, 1, b"x", "application/json")
    for torn in (packed[:-9], packed + b"more", packed[:20]):
        answer = http.post(PATH, content=torn, headers=headers | {"content-encoding": "gzip"})
        assert problem(answer) == (400, "BODY_UNREADABLE")


def test_other_addresses_and_verbs_are_refused(http: httpx.Client) -> None:
    assert problem(http.get("/v1/pos/nothing")) == (404, "ROUTE_NOT_FOUND")
    assert problem(http.get(PATH)) == (405, "METHOD_NOT_ALLOWED")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*RECEIPT, "receipts", "x"]), inner),
    max_leaves=20,
)


@given(body=st.binary(max_size=300) | _JSON.map(lambda value: json.dumps(value).encode()), is_lines=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bodies_never_bring_a_5xx(http: httpx.Client, till: Identity, body: bytes, is_lines: bool) -> None:
    media_type = "application/x-ndjson" if is_lines else "application/json"
    assert post(http, till, body, media_type).status_code < 500
    assert http.post(PATH, content=body, headers={"authorization": body.hex()[:200]}).status_code == 401
