"""Leads over HTTP: rate, latency, and the way into the owner's inbox."""

import threading
import time
from uuid import uuid4

from bench.company import Company, lead_body
from bench.load import Samples, as_fast_as_possible, at_a_steady_rate
from bench.raw_insert import single_majority_inserts_per_s
from devstack.supervisor import Platform

_CLIENTS = 8
_STEADY_SECONDS = 20.0


def leads_by_eight_clients(running: Platform, company: Company) -> dict[str, float | int | str]:
    """Leads created as fast as eight clients can, beside the rate of single majority inserts before and after."""
    raw_before = single_majority_inserts_per_s(running)
    clients = [company.client("bench-marketing") for _ in range(_CLIENTS)]
    samples = as_fast_as_possible(
        _CLIENTS,
        _STEADY_SECONDS,
        lambda client, turn: clients[client].call("POST", "/v1/leads", lead_body(uuid4().hex[:12]), uuid4().hex),
    )
    _wait_until_quiet(company)
    raw_after = single_majority_inserts_per_s(running)
    raw = (raw_before + raw_after) / 2
    return {
        "leads_per_s": samples.per_second,
        "single_majority_inserts_per_s": round(raw, 1),
        "ratio": round(samples.per_second / raw, 3),
        "p99_ms": samples.percentile_ms(99),
        "errors": len(samples.errors),
    }


def reads_at_a_steady_rate(running: Platform, company: Company) -> dict[str, float | int | str]:
    """GET of one lead, 100 a second."""
    lead = company.client("bench-marketing").call("POST", "/v1/leads", lead_body("读取"), uuid4().hex)["lead"]
    clients = [company.client("bench-director") for _ in range(_CLIENTS)]
    samples = at_a_steady_rate(
        100, _STEADY_SECONDS, _CLIENTS, lambda client, turn: clients[client].call("GET", f"/v1/leads/{lead['id']}")
    )
    return _latencies(samples)


def writes_at_a_steady_rate(running: Platform, company: Company) -> dict[str, float | int | str]:
    """POST of a lead, 50 a second."""
    clients = [company.client("bench-marketing") for _ in range(_CLIENTS)]
    samples = at_a_steady_rate(
        50,
        _STEADY_SECONDS,
        _CLIENTS,
        lambda client, turn: clients[client].call("POST", "/v1/leads", lead_body(uuid4().hex[:12]), uuid4().hex),
    )
    _wait_until_quiet(company)
    return _latencies(samples)


def lead_to_inbox(running: Platform, company: Company) -> dict[str, float | int | str]:
    """From the request for a lead to the moment its owner's inbox shows it, at 20 leads a second."""
    _wait_until_quiet(company)
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    stop = threading.Event()
    watchers = [
        threading.Thread(target=_watch_inbox, args=(company, person["username"], seen, stop))
        for person in company.salespeople
    ]
    for watcher in watchers:
        watcher.start()
    clients = [company.client("bench-marketing") for _ in range(_CLIENTS)]

    def create(client: int, turn: int) -> None:
        began = time.perf_counter()
        lead = clients[client].call("POST", "/v1/leads", lead_body(uuid4().hex[:12]), uuid4().hex)["lead"]
        sent[lead["id"]] = began

    created = at_a_steady_rate(20, _STEADY_SECONDS, _CLIENTS, create)
    deadline = time.monotonic() + 20
    while len(seen.keys() & sent.keys()) < len(sent) and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    for watcher in watchers:
        watcher.join()
    arrived = Samples([seen[lead_id] - began for lead_id, began in sent.items() if lead_id in seen])
    return {
        "leads": len(sent),
        "arrived": len(arrived.latencies),
        "inbox_p50_ms": arrived.percentile_ms(50),
        "inbox_p95_ms": arrived.percentile_ms(95),
        "inbox_p99_ms": arrived.percentile_ms(99),
        "errors": len(created.errors),
    }


def _watch_inbox(company: Company, username: str, seen: dict[str, float], stop: threading.Event) -> None:
    client = company.client(username)
    while not stop.wait(0.1):
        items = client.call("GET", "/v1/inbox?page_size=50").get("inbox_items", [])
        now = time.perf_counter()
        for item in items:
            seen.setdefault(item["subject"].rpartition("/")[2], now)


def _wait_until_quiet(company: Company, limit: float = 120) -> None:
    """Until no lead is unrouted, so that one run's backlog does not slow the next."""
    client = company.client("bench-director")
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if not client.call("GET", "/v1/leads?state=LEAD_STATE_NEW&page_size=1").get("leads"):
            return
        time.sleep(0.5)


def _latencies(samples: Samples) -> dict[str, float | int | str]:
    return {
        "requests": len(samples.latencies),
        "p50_ms": samples.percentile_ms(50),
        "p95_ms": samples.percentile_ms(95),
        "p99_ms": samples.percentile_ms(99),
        "errors": len(samples.errors),
    }
