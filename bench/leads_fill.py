"""A sales force of 200, and as many stored leads as wanted, shaped like those that came through the door."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo import MongoClient
from pymongo.collection import Collection

from bench.company import Company, lead_body
from bench.load import Client
from chassis.ids import new_id
from devstack.supervisor import Platform

Row = dict[str, Any]

SALESPEOPLE = 200
TEAMS = 20
TAGS_EACH = 5
REGION = "north"
# Whose accounts are handed over.
LEAVER_ACCOUNTS = 5_000
_TOGETHER = 5_000
_DAYS = 180
_LEADS_AN_ACCOUNT = 5


class SalesForce:
    """200 salespeople with 1,000 tags in 20 teams of one region, made through the public API."""

    def __init__(self, company: Company) -> None:
        self.people: list[Row] = []
        for number in range(TEAMS):
            admin = company.client("admin")  # a login lasts for minutes only
            wanted = {"name": f"华北{number}队", "region": REGION}
            team = admin.insist("POST", "/v1/teams", wanted, uuid4().hex)["team"]
            boss = company.person(admin, f"north-boss-{number}", "主管", ["supervisor"], team["id"], region=REGION)
            admin.insist("PATCH", f"/v1/teams/{team['id']}", {"supervisor_id": boss["id"]}, uuid4().hex)
            for _ in range(SALESPEOPLE // TEAMS):
                place = len(self.people)
                tags = [f"tag-{place * TAGS_EACH + each}" for each in range(TAGS_EACH)]
                name = f"north-sales-{place}"
                person = company.person(
                    admin, name, f"北{place}", ["salesperson"], team["id"], tags=tags, region=REGION
                )
                self.people.append(person)
        company.person(admin, "north-manager", "大区经理", ["regional_manager"], "", region=REGION)
        self.leaver = self.people[0]

    def wait_until_known(self, client: Client) -> None:
        """Until leads has its copies. Raises TimeoutError."""
        give_up_at = time.monotonic() + 60
        while time.monotonic() < give_up_at:
            known = client.call("GET", "/v1/salespeople?page_size=1000").get("salespeople", [])
            if len(known) >= SALESPEOPLE:
                return
            time.sleep(0.5)
        raise TimeoutError("leads does not know the salespeople")


class Filler:
    """Copies of a lead and an account that took the normal way, put straight into leads' database."""

    def __init__(self, running: Platform, company: Company, force: SalesForce) -> None:
        self._client: MongoClient[Row] = MongoClient(running.servers.mongo_url(), tz_aware=True)
        database = self._client["leads"]
        self._leads, self._accounts = database["leads"], database["accounts"]
        self._owners = [person["id"] for person in force.people]
        self._teams = {person["id"]: person["team_id"] for person in force.people}
        self._leaver = force.leaver["id"]
        self._random = random.Random(1)
        self._lead, self._account = self._templates(company)

    def fill(self, leads: int) -> float:
        """So many leads, and an account for every five; how many leads a second went in."""
        accounts = list(self._account_rows(max(leads // _LEADS_AN_ACCOUNT, LEAVER_ACCOUNTS)))
        _insert(self._accounts, iter(accounts))
        begin = time.monotonic()
        _insert(self._leads, self._lead_rows(leads, accounts))
        seconds = time.monotonic() - begin
        self._client.close()
        return leads / seconds

    def _templates(self, company: Company) -> tuple[Row, Row]:
        """What is stored of a lead that was contacted, and of its account. Raises TimeoutError."""
        marketing = company.client("bench-marketing")
        lead_id = marketing.call("POST", "/v1/leads", lead_body("模板"), uuid4().hex)["lead"]["id"]
        give_up_at = time.monotonic() + 30
        while not (lead := marketing.call("GET", f"/v1/leads/{lead_id}")["lead"]).get("owner_id"):
            if time.monotonic() > give_up_at:
                raise TimeoutError("the first lead was not routed")
            time.sleep(0.2)
        owner = next(person for person in company.salespeople if person["id"] == lead["owner_id"])
        contact = {"summary": "谈过", "next_action": {"text": "报价", "due_time": _iso(days=2)}}
        company.client(owner["username"]).call("POST", f"/v1/leads/{lead_id}:contact", contact, uuid4().hex)
        stored, account = self._leads.find_one({"_id": lead_id}), self._accounts.find_one({"_id": lead["account_id"]})
        if stored is None or account is None:
            raise TimeoutError("the first lead is not stored")
        quiet: Row = {"outbox": [], "deadlines": [], "handled": []}
        return {**stored, **quiet}, {**account, **quiet}

    def _account_rows(self, number: int) -> Iterator[Row]:
        for place in range(number):
            owner = self._leaver if place < LEAVER_ACCOUNTS else self._random.choice(self._owners)
            name = f"华北填充{place}号贸易有限公司"
            phone = f"+8617{place:09d}"
            yield {
                **self._account,
                "_id": new_id(),
                "name": name,
                "phone": phone,
                "keys": [f"name:{name}", f"phone:{phone}"],
                "region": REGION,
                "owner_id": owner,
                "team_id": self._teams[owner],
                "create_time": self._some_time(),
            }

    def _lead_rows(self, number: int, accounts: list[Row]) -> Iterator[Row]:
        now = datetime.now(UTC)
        for place in range(number):
            account, create_time, lead_id = accounts[place % len(accounts)], self._some_time(), new_id()
            row = {
                **self._lead,
                "_id": lead_id,
                "intake_keys": [f"fill:{lead_id}"],
                "fingerprint": lead_id,
                "company": account["name"],
                "phone": account["phone"],
                "region": REGION,
                "channel": self._random.choice(("expo", "referral", "website", "phone")),
                "account_id": account["_id"],
                "owner_id": account["owner_id"],
                "candidates": [],
                "create_time": create_time,
                "assign_time": create_time,
                "first_contact_due_time": create_time + timedelta(hours=24),
                "contact_time": create_time + timedelta(hours=self._random.randint(1, 40)),
            }
            dice = self._random.random()
            if dice < 0.4:
                row["qualify_time"] = create_time + timedelta(days=1)
                if dice < 0.25:
                    row["first_quote_time"] = create_time + timedelta(hours=self._random.randint(24, 150))
            elif dice > 0.97:
                row.update(state="closed")
            elif dice > 0.9:
                row.update(
                    state="assigned", waits_for="owner", is_first_contact_breached=create_time < now - timedelta(days=1)
                )
                row.pop("contact_time")
            elif dice > 0.895:
                row.update(state="unroutable", owner_id="", account_id="", supervisor_id="")
                for name in ("contact_time", "assign_time", "first_contact_due_time"):
                    row.pop(name)
            yield row

    def _some_time(self) -> datetime:
        return datetime.now(UTC) - timedelta(minutes=self._random.randint(10, _DAYS * 1_440))


def rows_as_csv(number: int) -> bytes:
    """A file of new leads for the region of the 200."""
    lines = ["channel,company,contact_name,phone,region,urgency,needs"]
    mark = uuid4().hex[:6]
    for place in range(number):
        tag = f"tag-{place % (SALESPEOPLE * TAGS_EACH)}"
        phone = f"+86138{uuid4().int % 10**8:08d}"
        lines.append(f"expo,华北导入{mark}{place}号贸易有限公司,王小明,{phone},{REGION},yellow,{tag}")
    return "\n".join(lines).encode()


def _insert(stored: Collection[Row], rows: Iterator[Row]) -> None:
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _TOGETHER:
            stored.insert_many(waiting, ordered=False)
            waiting = []
    if waiting:
        stored.insert_many(waiting, ordered=False)


def _iso(*, days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
