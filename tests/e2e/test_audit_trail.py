"""Every change of every service, also those of workers, stands in an unbroken chain."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from devstack.supervisor import Platform
from tests.e2e.belongings import make_belongings
from tests.e2e.belongings_api import Api, eventually
from tests.e2e.callers import Tokens

SECRET_FIELDS = ("password_hash", "phone", "email")


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[Api]:
    with httpx.Client(base_url=platform.http_url, timeout=30) as client:
        yield Api(client, Tokens(platform.servers.secrets.access_private_key))


@pytest.fixture(scope="module")
def belongings(platform: Platform, api: Api) -> dict[str, str]:
    return make_belongings(platform, api)


def records(api: Api, service: str, document_id: str, at_least: int = 1) -> list[dict[str, Any]]:
    """The document's records, oldest first, once there are enough of them."""

    def found() -> list[dict[str, Any]]:
        path = f"/v1/audit?service={service}&document_id={document_id}"
        entries = api.done("GET", path, None, "sre")["entries"]
        return [entry["record"] for entry in reversed(entries)] if len(entries) >= at_least else []

    entries: list[dict[str, Any]] = eventually(found, f"the audit of {service} {document_id}")
    return entries


@pytest.mark.parametrize(
    ("service", "name", "operation"),
    [
        ("gateway", "person_id", "gateway.CreatePerson"),
        ("leads", "lead_id", "leads.CreateLead"),
        ("quotes", "quote_id", "quotes.CreateQuote"),
        ("billing", "payment_id", "billing.RecordPayment"),
    ],
)
def test_a_change_says_who_what_and_when(
    api: Api, belongings: dict[str, str], service: str, name: str, operation: str
) -> None:
    first = records(api, service, belongings[name])[0]
    assert first["operation"] == operation
    assert first["actor"]
    assert first["version"] == "1"
    assert all(set(change) == {"before", "after"} for change in first["changes"].values())
    assert first["real_time"]
    assert first["business_time"]


def test_what_workers_change_is_there_too(api: Api, belongings: dict[str, str]) -> None:
    routed = records(api, "leads", belongings["lead_id"], at_least=2)[1]
    assert routed["changes"]["owner_id"]["after"] == belongings["person_id"]
    contract = records(api, "billing", belongings["contract_id"])[0]
    assert contract["actor"] == "event"
    assert "start_contract_when_quote_signed" in contract["operation"]


def test_private_values_are_digests(api: Api, belongings: dict[str, str]) -> None:
    changes = records(api, "gateway", belongings["person_id"])[0]["changes"]
    values = [changes[name]["after"] for name in SECRET_FIELDS if name in changes]
    assert values
    assert all(value.startswith("sha256:") for value in values if value)


def test_the_chains_hold(platform: Platform, belongings: dict[str, str]) -> None:
    env = os.environ | platform.wiring.owner_environment("gateway")
    command = [sys.executable, "-m", "gateway", "audit", "verify"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {line.split(":")[0] for line in done.stdout.splitlines()} >= {"gateway", "leads", "quotes", "billing", "OK"}
