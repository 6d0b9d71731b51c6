"""The people whom leads go to, made through the gateway as an administrator does."""

import time
from typing import Any

import httpx

from devstack.supervisor import Platform

SALESPEOPLE = 5
_COPIES_S = 30.0
_CAP = 1_000_000  # nobody gets too many leads: each must find an owner


def administrator(platform: Platform) -> httpx.Client:
    """A client that is logged in as `admin`."""
    client = httpx.Client(base_url=platform.http_url, timeout=10)
    login = {"username": "admin", "password": platform.admin_password}
    client.headers["Authorization"] = (
        f"Bearer {_ok(client.post('/v1/auth:login', json=login))['tokens']['access_token']}"
    )
    return client


def found_company(admin: httpx.Client) -> None:
    """Make the salespeople, and return when leads knows all of them."""
    for number in range(SALESPEOPLE):
        body = {
            "username": f"resilient.{number}",
            "name": f"韧性销售{number}",
            "roles": ["salesperson"],
            "tags": ["ERP", "CRM", "仓储"],
            "language": "zh",
        }
        _ok(admin.post("/v1/people", json=body))
    _ok(admin.patch("/v1/routingPolicy", json={"routing_policy": {"untouched_cap": _CAP}}))
    give_up_at = time.monotonic() + _COPIES_S
    while len(_ok(admin.get("/v1/salespeople"))["salespeople"]) < SALESPEOPLE:
        assert time.monotonic() < give_up_at, "leads never heard of the salespeople"
        time.sleep(0.2)


def _ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"
    body: dict[str, Any] = answer.json()
    return body
