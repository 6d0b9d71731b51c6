"""Bad input at the gateway: refused with the place of the fault, and never an internal error."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from devstack.supervisor import Platform
from gateway.http.examples import example
from gateway.http.operations import Operation, load_operations
from tests.e2e.callers import Tokens

LIMIT = 10 * 1024 * 1024
# What takes a body as it is has its own reader behind the door.
WITH_BODY = [each for each in load_operations() if each.body_type is not None and not each.takes_raw_body]
LISTS = [each for each in load_operations() if "page_token" in each.method.input_type.fields_by_name]
Headers = dict[str, str]


def named(operation: Operation) -> str:
    return operation.name


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.http_url, timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def everybody(platform: Platform) -> Headers:
    """Headers of somebody with every role of a person."""
    roles = ("admin", "director", "finance", "marketing", "salesperson", "supervisor", "store_manager", "sre")
    token = Tokens(platform.servers.secrets.access_private_key).token("gateway", *roles)
    return {"authorization": f"Bearer {token}", "content-type": "application/json"}


def address(operation: Operation) -> str:
    path = operation.path
    for name in operation.path_fields:
        path = path.replace("{" + name + "}", "1")
    return path


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {error["field"]: error["description"] for error in answer.json().get("errors", [])}


@pytest.mark.parametrize("operation", WITH_BODY, ids=named)
def test_an_unknown_field_is_named(client: httpx.Client, everybody: Headers, operation: Operation) -> None:
    prefix = "" if operation.body == "*" else f"{operation.body}."
    body = {"no_such_field": 1}
    answer = client.request(operation.verb, address(operation), json=body, headers=everybody)
    assert faults(answer) == {f"{prefix}no_such_field": "is not a known field"}


@pytest.mark.parametrize("operation", WITH_BODY, ids=named)
def test_every_wrong_type_is_named(client: httpx.Client, everybody: Headers, operation: Operation) -> None:
    """Each field of the body gets an array of an object, which fits none of them."""
    assert operation.body_type is not None
    prefix = "" if operation.body == "*" else f"{operation.body}."
    in_path = {name.removeprefix(prefix) for name in operation.path_fields}
    names = [field.name for field in operation.body_type.fields if field.name not in in_path][:20]
    if not names:
        return
    body = {name: [{"x": 1}] if not repeated else "x" for name, repeated in repeatedness(operation, names)}
    found = faults(client.request(operation.verb, address(operation), json=body, headers=everybody))
    assert {name.split("[")[0] for name in found} == {f"{prefix}{name}" for name in names}


def repeatedness(operation: Operation, names: list[str]) -> Iterator[tuple[str, bool]]:
    assert operation.body_type is not None
    for name in names:
        yield name, operation.body_type.fields_by_name[name].is_repeated


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"company":"\xc3\x28"}', b'{"company":"\\ud800"}', b"{", b"[]", b"1"])
def test_what_is_not_a_json_object_in_utf8_is_refused(client: httpx.Client, everybody: Headers, body: bytes) -> None:
    assert client.post("/v1/leads", content=body, headers=everybody).status_code == 400


def test_deep_json_is_refused(client: httpx.Client, everybody: Headers) -> None:
    for body in (b"[" * 100_000, b'{"next_action":' * 500 + b"1" + b"}" * 500):
        assert client.post("/v1/leads/1:contact", content=body, headers=everybody).status_code == 400


@pytest.mark.parametrize("query", ["owner_id=%ff", "page_size=x", "page_size=1&page_size=2", "nothing=1", "state=LOST"])
def test_bad_queries_are_refused(client: httpx.Client, everybody: Headers, query: str) -> None:
    assert client.get(f"/v1/leads?{query}", headers=everybody).status_code == 400


def test_a_path_that_is_not_utf8_is_refused(client: httpx.Client, everybody: Headers) -> None:
    assert client.get("/v1/leads/%ff", headers=everybody).status_code == 400


@pytest.mark.parametrize(
    ("time_text", "is_fine"),
    [
        ("1900-01-01T00:00:00Z", False),
        ("9999-12-31T23:59:59Z", False),
        ("1999-12-31T23:59:59Z", False),
        ("2100-01-01T00:00:00Z", False),
        ("2026-02-30T00:00:00Z", False),
        ("tomorrow", False),
        ("2026-03-01", False),
        ("2026-03-01T08:00:00+08:00", True),
    ],
)
def test_times_lie_in_this_century(client: httpx.Client, everybody: Headers, time_text: str, is_fine: bool) -> None:
    body = {"summary": "s", "next_action": {"text": "call", "due_time": time_text}}
    answer = client.post("/v1/leads/unknown:contact", json=body, headers=everybody)
    if is_fine:
        assert answer.status_code == 404, answer.text
    else:
        assert list(faults(answer)) == ["next_action.due_time"]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 1.5, "1e3", "", True, None])
def test_amounts_that_do_not_fit_are_refused(client: httpx.Client, everybody: Headers, number: Any) -> None:
    body = {"account_id": "a", "bank_reference": "b", "amount": {"currency_code": "CNY", "amount_minor": number}}
    content = json.dumps(body).encode()
    answer = client.post("/v1/payments", content=content, headers=everybody)
    assert answer.status_code == 400, answer.text
    assert next(iter(faults(answer))).startswith("amount"), answer.text


@pytest.mark.parametrize("size", [LIMIT + 1, 10 * LIMIT])
def test_a_body_over_the_limit_is_refused_before_it_is_read(platform: Platform, everybody: Headers, size: int) -> None:
    """The answer comes although hardly anything of the body was sent."""
    parts = urlsplit(platform.http_url)
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=10) as connection:
        head = f"POST /v1/leads HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in everybody.items())
        connection.sendall(f"{head}\r\n".encode() + b"{" * 1000)
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_is_cut_at_the_limit(client: httpx.Client, everybody: Headers) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 65_536

    started = time.monotonic()
    try:
        assert client.post("/v1/leads", content=endless(), headers=everybody).status_code == 413
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        assert time.monotonic() - started < 10, "the connection was closed on us while we were still sending"


def test_a_body_at_the_limit_is_read(client: httpx.Client, everybody: Headers) -> None:
    body = b'{"no_such_field":"' + b"x" * (LIMIT - 20) + b'"}'
    assert len(body) == LIMIT
    assert client.post("/v1/leads", content=body, headers=everybody).status_code == 400


def test_other_media_types_are_refused(client: httpx.Client, everybody: Headers) -> None:
    for media_type in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "text/csv"):
        answer = client.post("/v1/leads", content=b"x", headers=everybody | {"content-type": media_type})
        assert answer.status_code == 415


@pytest.mark.parametrize("operation", LISTS, ids=named)
@pytest.mark.parametrize("page", [{"page_token": "made-up"}, {"page_size": "-1"}, {"page_size": "99999999999"}])
def test_pages_that_do_not_exist_are_refused(
    client: httpx.Client, everybody: Headers, operation: Operation, page: dict[str, str]
) -> None:
    fields = operation.method.input_type.fields_by_name
    query = {name: value for name, value in example(operation.method.input_type).items() if name in ("service",)}
    query |= {"first_day": "2026-03-02", "last_day": "2026-03-08"} if "first_day" in fields else {}
    query |= {"service": "leads"} if "service" in fields else {}
    if operation.verb == "POST":
        answer = client.post(address(operation), json=query | page, headers=everybody)
    else:
        answer = client.get(address(operation), params=query | page, headers=everybody)
    assert answer.status_code == 400, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [next(iter(page))]


def test_an_idempotency_key_serves_one_request(client: httpx.Client, everybody: Headers) -> None:
    headers = everybody | {"idempotency-key": f"bad-input-{time.time_ns()}"}
    first = client.post("/v1/leads", json={"company": ""}, headers=headers)
    again = client.post("/v1/leads", json={"company": ""}, headers=headers)
    other = client.post("/v1/leads", json={"company": "other"}, headers=headers)
    assert first.status_code == again.status_code == 400
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 422


def test_problems_speak_the_callers_language(client: httpx.Client, everybody: Headers) -> None:
    titles = {
        language: client.get("/v1/leads/none", headers=everybody | {"accept-language": language}).json()["title"]
        for language in ("zh-CN,zh;q=0.9,en;q=0.8", "en-GB", "fr, zh;q=0.2, en;q=0.1", "")
    }
    assert list(titles.values()) == [
        "找不到该对象",
        "There is no such thing",
        "找不到该对象",
        "There is no such thing",
    ]
