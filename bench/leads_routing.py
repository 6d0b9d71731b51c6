"""Routing and hand-over in bulk over HTTP: 10,000 leads for 200 salespeople with 1,000 tags, 5,000 accounts."""

import base64
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import uuid4

from bench import platform
from bench.company import Company
from bench.load import Client
from devstack import leftovers
from devstack.supervisor import Platform

LEADS, SALESPEOPLE, TAGS, ACCOUNTS = 10_000, 200, 1_000, 5_000
ROWS_AT_ONCE = 2_500
_LIMIT_S = 300.0
_PAUSE_S = 0.2


def routing_in_bulk(running: Platform, company: Company) -> dict[str, float | int | str]:
    """Seconds from the first imported row until all are assigned, and how evenly they fell."""
    director = company.client("bench-director")
    people = _hire(company, "north", SALESPEOPLE)
    began = time.perf_counter()
    _import_rows(director, "north", LEADS)
    imported = time.perf_counter()
    _wait_until(lambda: _open_leads(director, people) >= LEADS)
    routed = time.perf_counter()
    numbers = _open_leads_by_person(director, people)
    return {
        "leads": LEADS,
        "salespeople": SALESPEOPLE,
        "import_seconds": round(imported - began, 1),
        "import_and_routing_seconds": round(routed - began, 1),
        "fewest": min(numbers),
        "most": max(numbers),
    }


def hand_over_of_one(running: Platform, company: Company) -> dict[str, float | int | str]:
    """Seconds from the command until 5,000 accounts with their leads have new owners."""
    director = company.client("bench-director")
    (leaver,) = _hire(company, "south", 1)
    _import_rows(director, "south", ACCOUNTS)
    _wait_until(lambda: _open_leads(director, [leaver]) >= ACCOUNTS)
    _hire(company, "south", 20)
    wish = {"from_id": leaver, "kind": "HAND_OVER_KIND_DEPARTURE", "why": "a measured run"}
    began = time.perf_counter()
    begun = director.call("POST", "/v1/handOvers", wish, uuid4().hex)["hand_over"]

    def state() -> str:
        found = director.call("GET", f"/v1/handOvers/{begun['id']}")["hand_over"]
        return str(found["state"])

    _wait_until(lambda: state() == "HAND_OVER_STATE_DONE")
    seconds = time.perf_counter() - began
    done = director.call("GET", f"/v1/handOvers/{begun['id']}")["hand_over"]
    return {"accounts": int(done["moved_accounts"]), "seconds": round(seconds, 1)}


def _hire(company: Company, region: str, number: int) -> list[str]:
    admin, chance = company.client("admin"), Random(7)
    ids = []
    for index in range(number):
        body = {
            "username": f"bench-{region}-{index}-{uuid4().hex[:6]}",
            "name": f"销售{region}{index}",
            "roles": ["salesperson"],
            "region": region,
            "tags": [f"tag{each}" for each in chance.sample(range(TAGS), 5)],
            "language": "zh",
            "password": uuid4().hex,
        }
        ids.append(str(admin.call("POST", "/v1/people", body, uuid4().hex)["person"]["id"]))
    wanted = set(ids)
    _wait_until(lambda: wanted <= {each["id"] for each in _salespeople(company.client("bench-director"))})
    return ids


def _import_rows(client: Client, region: str, number: int) -> None:
    chance, batch = Random(9), uuid4().hex[:6]
    for start in range(0, number, ROWS_AT_ONCE):
        rows = "".join(
            f"批量{batch}第{index}号贸易,+86137{chance.randrange(10**8):08d},{region},tag{chance.randrange(TAGS)}\n"
            for index in range(start, min(start + ROWS_AT_ONCE, number))
        )
        content = base64.b64encode(f"公司,电话,区域,需求\n{rows}".encode()).decode()
        client.call("POST", "/v1/leads:import", {"content": content}, uuid4().hex)


def _salespeople(client: Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    token = ""
    while True:
        page = client.call("GET", f"/v1/salespeople?page_size=1000&page_token={token}")
        found += page.get("salespeople", [])
        token = page.get("next_page_token", "")
        if not token:
            return found


def _open_leads_by_person(client: Client, people: list[str]) -> list[int]:
    numbers = {str(each["id"]): int(str(each.get("open_untouched_leads", 0))) for each in _salespeople(client)}
    return [numbers.get(person, 0) for person in people]


def _open_leads(client: Client, people: list[str]) -> int:
    return sum(_open_leads_by_person(client, people))


def _wait_until(what: Callable[[], bool]) -> None:
    """A refusal meanwhile is not the end: the services are under load on purpose."""
    give_up_at = time.monotonic() + _LIMIT_S
    while True:
        try:
            if what():
                return
        except RuntimeError:
            if time.monotonic() > give_up_at:
                raise
        if time.monotonic() > give_up_at:
            raise RuntimeError("it took too long")
        time.sleep(_PAUSE_S)


def main() -> int:
    """`python -m bench.leads_routing`: a platform of its own, both runs, one JSON line for each."""
    with tempfile.TemporaryDirectory(prefix="saleloop-bench-") as folder:
        run_dir = Path(folder)
        try:
            running, _ = platform.time_to_ready(run_dir)
            company = Company(running.http_url, running.admin_password)
            for name, run in (("routing", routing_in_bulk), ("hand_over", hand_over_of_one)):
                print(json.dumps({"bench": name, **run(running, company)}), flush=True)
            running.stop()
        finally:
            leftovers.end(run_dir, grace=5)
    return 0


if __name__ == "__main__":
    sys.exit(main())
