"""The live ranking through the real gateway, as server-sent events."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pymongo import MongoClient

from devstack.supervisor import Platform
from services.stores.ledger import Ledger
from tests.e2e.callers import Tokens

PATH = "/v1/figures/ranking:watch"
Event = dict[str, Any]


@pytest.fixture(scope="module")
def tokens(platform: Platform) -> Tokens:
    return Tokens(platform.servers.secrets.access_private_key)


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.http_url, timeout=20) as made:
        yield made


@pytest.fixture(scope="module")
def region(client: httpx.Client, tokens: Tokens) -> str:
    """A region of this test's own with two stores."""
    mark = uuid4().hex[:8]
    stores = [
        {"id": f"{mark}-{n}", "name": f"Store {n}", "region": mark, "time_zone": "UTC", "currency_code": "CNY"}
        for n in (1, 2)
    ]
    headers = {"authorization": f"Bearer {tokens.token('gateway', 'admin')}"}
    assert client.post("/v1/stores:batchPut", json={"stores": stores}, headers=headers).status_code == 200
    return mark


def day() -> str:
    return datetime.now(UTC).date().isoformat()


@contextmanager
def watching(client: httpx.Client, token: str, **more: Any) -> Iterator[Iterator[Event]]:
    """The events of a stream: {"id", "event", "data"}, or {"comment"}."""
    query = {"first_day": day(), "last_day": day()} | more.pop("query", {})
    headers = {"authorization": f"Bearer {token}", "last-event-id": "17"}
    with client.stream("GET", PATH, params=query, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield events(answer)


def events(answer: httpx.Response) -> Iterator[Event]:
    event: Event = {}
    for line in answer.iter_lines():
        if not line:
            yield event
            event = {}
        elif line.startswith(":"):
            event["comment"] = line[1:].strip()
        else:
            name, _, value = line.partition(": ")
            event[name] = json.loads(value) if name == "data" else value


def sell(platform: Platform, store_id: str, amount: int) -> None:
    """As if ingestion had counted a sale of that store today."""
    with MongoClient[dict[str, Any]](platform.servers.mongo_url(None, "stores")) as mongo:
        Ledger(mongo["stores"]).days.update_one(
            {"_id": f"{store_id}/{day()}"},
            {
                "$setOnInsert": {"store_id": store_id, "business_day": day()},
                "$inc": {"totals.revenue_minor": amount, "totals.receipts": 1},
            },
            upsert=True,
        )


def test_a_sale_moves_the_ranking_of_those_who_may_see_it(
    platform: Platform, client: httpx.Client, tokens: Tokens, region: str
) -> None:
    supervisor = tokens.token("gateway", "regional_supervisor", region=region)
    with watching(client, supervisor) as found:
        first = next(found)
        assert first["id"] == "1"
        assert [store["store_id"] for store in first["data"]["stores"]] == [f"{region}-1", f"{region}-2"]
        assert first["data"]["truth"]["state"] == "FIGURES_STATE_PROVISIONAL"
        sell(platform, f"{region}-2", 500)
        moved = next(event for event in found if "data" in event)
        assert moved["id"] == "2"
        leader = moved["data"]["stores"][0]
        assert (leader["store_id"], leader["figures"]["revenue_minor"]) == (f"{region}-2", "500")
        assert next(found) == {"comment": "heartbeat"}


def test_a_manager_of_one_store_hears_nothing_of_another(
    platform: Platform, client: httpx.Client, tokens: Tokens, region: str
) -> None:
    manager = tokens.token("gateway", "store_manager", store_ids=frozenset({f"{region}-1"}))
    with watching(client, manager) as found:
        first = next(found)["data"]
        assert [store["store_id"] for store in first["stores"]] == [f"{region}-1"]
        sell(platform, f"{region}-2", 900)
        assert next(found) == {"comment": "heartbeat"}


def test_the_stream_ends_with_the_token(client: httpx.Client, tokens: Tokens, region: str) -> None:
    started = time.monotonic()
    token = tokens.token("gateway", "director", ttl=timedelta(seconds=3))
    with watching(client, token, query={"region": region}) as found:
        seen = list(found)
    assert 1 < time.monotonic() - started < 10
    assert seen[-1] == {"event": "end", "data": {"reason": "TOKEN_EXPIRED"}}


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [({"first_day": "x"}, 400, "INVALID_ARGUMENT"), ({"colour": "red"}, 400, "BODY_UNREADABLE")],
)
def test_a_wrong_question_is_refused_before_the_stream_begins(
    client: httpx.Client, tokens: Tokens, query: dict[str, str], status: int, reason: str
) -> None:
    headers = {"authorization": f"Bearer {tokens.token('gateway', 'director')}"}
    answer = client.get(PATH, params={"first_day": day(), "last_day": day()} | query, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_stream_is_for_get_alone(client: httpx.Client, tokens: Tokens) -> None:
    headers = {"authorization": f"Bearer {tokens.token('gateway', 'director')}"}
    for verb in ("HEAD", "POST", "DELETE"):
        assert client.request(verb, PATH, headers=headers).status_code == 405


def test_those_who_leave_make_room(client: httpx.Client, tokens: Tokens, region: str) -> None:
    """More watchers than streams, one after the other: each leaves its place."""
    token = tokens.token("gateway", "director")
    for _ in range(80):
        with watching(client, token, query={"region": region}) as found:
            assert "data" in next(found)
