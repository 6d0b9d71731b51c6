"""`python -m bench.leads_large`: leads with a million stored ones. One JSON line last.

Lists, boards and figures for each kind of viewer, from a lead's creation to its owner's inbox, an import of 10,000
rows and their routing among 200 salespeople with 1,000 tags, single routings, a hand-over of 5,000 accounts, and the
memory of leads' processes before and after. The million does not come through the door: `leads_fill` says how.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.company import Company
from bench.leads import lead_to_inbox
from bench.leads_fill import Filler, SalesForce
from bench.leads_flows import hand_over, import_and_routing, single_routing
from bench.load import Client, Samples, at_a_steady_rate
from devstack import leftovers
from devstack.supervisor import Platform

_PROCESSES = ("leads-rpc", "leads-worker")
_ASKED_A_SECOND = 40
_CLIENTS = 4
# The broker counts its messages every five seconds.
_SETTLE_S, _LOOK_EVERY_S, _QUIET_LOOKS = 240.0, 2.0, 4


def main() -> int:
    """Measure, print, and fail when an answer was an error."""
    parser = argparse.ArgumentParser(prog="bench.leads_large", description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000, help="of the imported file")
    parser.add_argument("--seconds", type=float, default=20.0, help="of questions for each viewer")
    options = parser.parse_args()
    with _platform() as running:
        figures = _measure(running, options)
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    return 1 if figures["errors"] else 0


def _measure(running: Platform, options: argparse.Namespace) -> dict[str, Any]:
    company = Company(running.http_url, running.admin_password)
    force = SalesForce(company)
    force.wait_until_known(company.client("bench-director"))
    _say("filling ...")
    found: dict[str, Any] = {"leads": options.leads}
    found["filled_per_s"] = round(Filler(running, company, force).fill(options.leads))
    found["errors"] = 0
    before = _memory(running)
    steps: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: _lists(company, force, options.seconds),
        lambda: _inbox(running, company),
        lambda: import_and_routing(company, options.rows),
        lambda: single_routing(running, company, lambda: _settled(running)),
        lambda: hand_over(company, force),
        lambda: _lists(company, force, options.seconds, again="_again"),
    )
    for step in steps:
        try:
            _settled(running)
            told = step()
        except (RuntimeError, OSError, TimeoutError) as error:
            _say(f"failed: {error}")
            found["errors"] += 1
            continue
        _say(json.dumps(told, ensure_ascii=False))
        found["errors"] += told.pop("errors", 0)
        found |= told
    for name, mib in _memory(running).items():
        found |= {f"{name}_rss_before_mib": before[name], f"{name}_rss_after_mib": mib}
    return found


def _lists(company: Company, force: SalesForce, seconds: float, again: str = "") -> dict[str, Any]:
    """Lists and boards for each kind of viewer; figures of this week for the director."""
    owner = force.people[25]["id"]
    found: dict[str, Any] = {"errors": 0}
    whole = Samples()
    for viewer in ("bench-director", "north-manager", "north-boss-2", "north-sales-25"):
        clients = [company.client(viewer) for _ in range(_CLIENTS)]
        paths = _offered(clients[0], list(_list_paths(clients[0], owner)))
        samples, slowest = _ask(clients, paths, seconds)
        whole.latencies += samples.latencies
        found["errors"] += len(samples.errors)
        found[f"{viewer}_p99_ms{again}"] = samples.percentile_ms(99)
        _say(f"{viewer}: slowest {slowest}")
    found[f"lists_p50_ms{again}"], found[f"lists_p99_ms{again}"] = whole.percentile_ms(50), whole.percentile_ms(99)
    if not again:
        director = company.client("bench-director")
        names = [each["name"] for each in director.call("GET", "/v1/leadFigures")["figures"]]
        paths = [f"/v1/leadFigures/{name}?group_by=FIGURE_GROUPING_WEEK" for name in names]
        samples, slowest = _ask([director], paths, seconds, rate=2)
        _say(f"figures: slowest {slowest}")
        found["errors"] += len(samples.errors)
        found |= {"figures_p50_ms": samples.percentile_ms(50), "figures_p99_ms": samples.percentile_ms(99)}
    return found


def _list_paths(client: Client, owner: str) -> Iterator[str]:
    states = ("ASSIGNED", "CONTACTED", "CLOSED", "UNROUTABLE", "NEW")
    for filters in ("", f"&owner_id={owner}", *(f"&state=LEAD_STATE_{state}" for state in states)):
        yield f"/v1/leads?page_size=50{filters}"
        token = client.call("GET", f"/v1/leads?page_size=50{filters}").get("next_page_token", "")
        if token:
            yield f"/v1/leads?page_size=50{filters}&page_token={token}"
    yield f"/v1/leads?page_size=50&owner_id={owner}&state=LEAD_STATE_ASSIGNED"
    yield "/v1/accounts?page_size=50"
    yield "/v1/firstContactBoard?page_size=50"
    yield "/v1/opportunities?page_size=50"
    yield "/v1/coaching?page_size=50"


def _offered(client: Client, paths: list[str]) -> list[str]:
    """Without the doors that are not there, or not for this viewer."""
    offered = []
    for path in paths:
        try:
            client.call("GET", path)
        except RuntimeError:
            _say(f"{path} is not offered")
        else:
            offered.append(path)
    return offered


def _ask(clients: list[Client], paths: list[str], seconds: float, rate: float = _ASKED_A_SECOND) -> tuple[Samples, str]:
    """The same questions in turn, and the slowest one by its median."""
    each = {path: Samples() for path in paths}

    def call(client: int, turn: int) -> None:
        path, begin = paths[turn % len(paths)], time.perf_counter()
        clients[client].call("GET", path)
        each[path].latencies.append(time.perf_counter() - begin)

    samples = at_a_steady_rate(rate, seconds, len(clients), call)
    slowest = max(each, key=lambda path: each[path].percentile_ms(50))
    return samples, f"{slowest} {each[slowest].percentile_ms(50)} ms"


def _inbox(running: Platform, company: Company) -> dict[str, Any]:
    told = dict(lead_to_inbox(running, company))
    told["inbox_leads"] = told.pop("leads")
    told["inbox_arrived"] = told.pop("arrived")
    return told


def _settled(running: Platform) -> None:
    """Wait until nothing is left of what the step before brought about. Raises TimeoutError."""
    rabbit = running.servers.rabbit
    give_up_at, quiet = time.monotonic() + _SETTLE_S, 0
    while rabbit is not None and quiet < _QUIET_LOOKS:
        if time.monotonic() > give_up_at:
            raise TimeoutError("the queues do not become empty")
        totals = httpx.get(f"{rabbit.management_url}/api/overview", timeout=10).json()["queue_totals"]
        quiet = quiet + 1 if not totals.get("messages") else 0
        time.sleep(_LOOK_EVERY_S)


def _memory(running: Platform) -> dict[str, int]:
    return {name: round(psutil.Process(running.processes[name].pid).memory_info().rss / 2**20) for name in _PROCESSES}


@contextmanager
def _platform() -> Iterator[Platform]:
    with tempfile.TemporaryDirectory(prefix="saleloop-bench-leads-") as folder:
        running = Platform(Path(folder), environ={**os.environ, "SALELOOP_RUN_DIR": folder})
        try:
            running.start()
            yield running
            running.stop()
        finally:
            leftovers.end(Path(folder), grace=5)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
