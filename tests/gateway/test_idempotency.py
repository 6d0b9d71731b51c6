"""Idempotency-Key: one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from chassis import database
from tests.gateway.running import Gateway

Headers = dict[str, str]


@pytest.fixture(scope="module")
def caller(gateway: Gateway) -> Headers:
    gateway.person(gateway.as_user(), "marketer", "marketing", "director")
    return gateway.as_person("marketer")


def create(gateway: Gateway, headers: Headers, key: str, company: str = "明远", channel: str = "") -> httpx.Response:
    body = {"company": company, "channel": channel}
    return gateway.client.post("/v1/leads", json=body, headers=headers | {"idempotency-key": key})


def test_the_same_request_gets_the_same_answer(gateway: Gateway, caller: Headers) -> None:
    before = len(gateway.leads.requests)
    first, second = (create(gateway, caller, "k1") for _ in range(2))
    assert first.json() == second.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(gateway.leads.requests) == before + 1
    assert gateway.leads.requests[-1].request_id, "the service can recognise the request itself"


def test_another_body_under_the_key_is_422(gateway: Gateway, caller: Headers) -> None:
    create(gateway, caller, "k2")
    answer = create(gateway, caller, "k2", company="other")
    assert (answer.status_code, answer.json()["reason"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_keys_are_each_callers_own(gateway: Gateway, caller: Headers) -> None:
    create(gateway, caller, "k3")
    gateway.person(gateway.as_user(), "other.marketer", "marketing")
    answer = create(gateway, gateway.as_person("other.marketer"), "k3", company="other")
    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


def test_at_the_same_time_the_request_runs_once(gateway: Gateway, caller: Headers) -> None:
    before = len(gateway.leads.requests)
    gateway.leads.delay_seconds = 0.3
    try:
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: create(gateway, caller, "k4"), range(6)))
    finally:
        gateway.leads.delay_seconds = 0.0
    assert len(gateway.leads.requests) == before + 1
    assert len({answer.text for answer in answers}) == 1
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False] + [True] * 5


def test_a_running_request_makes_the_next_wait_only_so_long(gateway: Gateway, caller: Headers) -> None:
    gateway.leads.delay_seconds = 3.0
    try:
        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(lambda _: create(gateway, caller, "k5"), range(2)), key=lambda a: a.status_code)
    finally:
        gateway.leads.delay_seconds = 0.0
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].headers["retry-after"]


def test_a_final_refusal_is_kept_and_a_failure_is_not(gateway: Gateway, caller: Headers) -> None:
    for channel, is_kept in (("refused", True), ("broken", False)):
        before = len(gateway.leads.requests)
        first, second = (create(gateway, caller, f"k6-{channel}", channel=channel) for _ in range(2))
        assert first.status_code == second.status_code
        assert ("idempotency-replayed" in second.headers) is is_kept
        assert len(gateway.leads.requests) == before + (1 if is_kept else 2)


@pytest.mark.parametrize("key", ["x" * 256, "with\ttab", "schlüssel"])
def test_unusable_keys_are_refused(gateway: Gateway, caller: Headers, key: str) -> None:
    headers = httpx.Headers(caller | {"content-type": "application/json"}, encoding="latin-1")
    headers["idempotency-key"] = key
    assert gateway.client.post("/v1/leads", content=b"{}", headers=headers).status_code == 400


def test_what_is_kept_cannot_be_read(gateway: Gateway, caller: Headers) -> None:
    body = {"username": "marketer", "password": "password-of-marketer"}
    first, second = (
        gateway.client.post("/v1/auth:login", json=body, headers={"idempotency-key": "login-1"}) for _ in range(2)
    )
    assert first.json() == second.json()
    kept = str(list(database.current()["idempotency"].find({})))
    for secret in (body["password"], first.json()["tokens"]["refresh_token"], "明远"):
        assert secret not in kept


def test_kept_answers_expire(gateway: Gateway, caller: Headers) -> None:
    indexes = database.current()["idempotency"].index_information()
    assert any(index.get("expireAfterSeconds") == 0 for index in indexes.values())
