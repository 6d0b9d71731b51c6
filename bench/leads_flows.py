"""What happens to many leads or accounts at once, measured over HTTP on a platform that `leads_large` has filled."""

import re
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench.company import Company
from bench.leads_fill import SalesForce, rows_as_csv
from bench.load import Client, Samples
from devstack.supervisor import Platform

_SINGLE_ROUTINGS = 200
_BUCKET = re.compile(r'saleloop_rpc_duration_seconds_bucket\{.*le="(?P<le>[^"]+)".*\} (?P<count>\S+)')


def import_and_routing(company: Company, rows: int) -> dict[str, Any]:
    """A file of new leads; and until each of them has its owner, the import's time included."""
    marketing = company.client("bench-marketing")
    content = rows_as_csv(rows)
    begin = time.perf_counter()
    report = marketing.post_csv("/v1/leads:import", content, uuid4().hex)
    imported = time.perf_counter() - begin
    director = company.client("bench-director")
    routed = _wait(lambda: _none_is_new(director), begin, 180)
    return {
        "imported_rows": report.get("created", 0),
        "import_s": round(imported, 2),
        "import_and_routing_s": round(routed, 2),
        "errors": int(report.get("created", 0) != rows),
    }


def single_routing(running: Platform, company: Company, settle: Callable[[], None]) -> dict[str, Any]:
    """Leads that wait for a confirmation, routed one by one: by the service's own histogram, and over HTTP."""
    admin = company.client("admin")
    policy = admin.call("GET", "/v1/routingPolicy")["routing_policy"]
    policy.pop("version", None)
    admin.call("PATCH", "/v1/routingPolicy", {"routing_policy": policy | {"mode": "ROUTING_MODE_CONFIRM"}})
    marketing, director = company.client("bench-marketing"), company.client("bench-director")
    report = marketing.post_csv("/v1/leads:import", rows_as_csv(_SINGLE_ROUTINGS), uuid4().hex)
    _wait(lambda: _none_is_new(director), time.perf_counter(), 60)
    settle()  # what their arrival brought about is not what is measured
    before = _buckets(running, "leads.RouteLead")
    samples = Samples()
    for lead_id in report["lead_ids"]:
        begin = time.perf_counter()
        try:
            director.call("POST", f"/v1/leads/{lead_id}:route", {"mode": "ROUTING_MODE_AUTO"}, uuid4().hex)
        except RuntimeError as error:
            samples.errors.append(str(error))
        else:
            samples.latencies.append(time.perf_counter() - begin)
    after = _buckets(running, "leads.RouteLead")
    admin.call("PATCH", "/v1/routingPolicy", {"routing_policy": policy})
    return {
        "single_routing_http_p50_ms": samples.percentile_ms(50),
        "single_routing_http_p99_ms": samples.percentile_ms(99),
        "single_routing_p99_ms_at_most": _bucket_of({le: after[le] - before.get(le, 0) for le in after}, 99),
        "errors": len(samples.errors),
    }


def hand_over(company: Company, force: SalesForce) -> dict[str, Any]:
    """All accounts of one who leaves, to three others."""
    director = company.client("bench-director")
    body = {
        "from_id": force.leaver["id"],
        "kind": "HAND_OVER_KIND_DEPARTURE",
        "to_ids": [person["id"] for person in force.people[1:4]],
        "why": "bench",
    }
    begin = time.perf_counter()
    try:
        job = director.call("POST", "/v1/handOvers", body, uuid4().hex)["hand_over"]
    except RuntimeError as error:
        print(f"left out: {error}", file=sys.stderr, flush=True)
        return {}
    seen = {}

    def is_done() -> bool:
        seen.update(director.call("GET", f"/v1/handOvers/{job['id']}")["hand_over"])
        return bool(seen.get("finish_time"))

    seconds = _wait(is_done, begin, 120)
    return {"handed_over_accounts": seen.get("moved_accounts", 0), "hand_over_s": round(seconds, 2)}


def _wait(is_done: Callable[[], bool], begin: float, limit: float) -> float:
    """Seconds since `begin` when it is done. Raises TimeoutError."""
    while not is_done():
        if time.perf_counter() - begin > limit:
            raise TimeoutError("it is not done")
        time.sleep(0.1)
    return time.perf_counter() - begin


def _buckets(running: Platform, operation: str) -> dict[float, float]:
    """The histogram of an rpc: how many calls took at most so many seconds."""
    url = f"http://{running.wiring.telemetry_address('leads-rpc')}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    found: dict[float, float] = {}
    for line in lines:
        if f'operation="{operation}"' in line and (match := _BUCKET.match(line)):
            found[float(match["le"])] = found.get(float(match["le"]), 0) + float(match["count"])
    return found


def _bucket_of(counts: dict[float, float], percent: int) -> float:
    """The upper bound of the bucket that this percentile lies in, in milliseconds."""
    whole = max(counts.values(), default=0)
    return next((le * 1_000 for le in sorted(counts) if counts[le] >= whole * percent / 100), 0.0)


def _none_is_new(client: Client) -> bool:
    return not client.call("GET", "/v1/leads?state=LEAD_STATE_NEW&page_size=1").get("leads")
