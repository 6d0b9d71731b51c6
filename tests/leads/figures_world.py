"""A random small company in its stored form, for figures and access: rows by collection, plain dictionaries."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chassis.principal import Principal
from services.leads.documents import (
    Account,
    ChannelCost,
    Lead,
    Opportunity,
    ResponsibilityEntry,
    Salesperson,
    TimelineEntry,
)
from services.leads.documents.channel_cost import channel_cost_id

Row = dict[str, Any]
World = dict[str, list[Row]]

# Three weeks with the spring festival in them, in China's time.
FIRST_DAY, LAST_DAY = "2025-01-20", "2025-02-09"
START = datetime(2025, 1, 19, 16, tzinfo=UTC)
END = datetime(2025, 2, 9, 16, tzinfo=UTC)
CHANNELS = ("expo", "referral", "website")
REGIONS = ("east", "west")
SEGMENTS = ("medical", "retail", "")
STAGES = ("lead", "proposal", "quote", "contract", "payment")
TEAMS = {"t1": "east", "t2": "west"}
PEOPLE = {"ann": ("t1", "east"), "bob": ("t1", "west"), "cid": ("t2", "west"), "dan": ("t2", "east"), "eve": ("", "")}


def viewers() -> list[Principal]:
    """One of each kind."""

    def one(subject: str, role: str, team_id: str = "", region: str = "") -> Principal:
        return Principal(subject, frozenset({role}), team_id=team_id, region=region)

    return [
        one("ann", "salesperson", "t1", "east"),
        one("cid", "salesperson", "t2", "west"),
        one("boss1", "supervisor", "t1", "east"),
        one("boss2", "supervisor", "t2", "west"),
        one("reg-east", "regional_manager", region="east"),
        one("reg-west", "regional_manager", region="west"),
        one("dir", "director"),
        one("gm", "general_manager"),
        one("mark", "marketing"),
        one("root", "admin"),
        Principal("bob", frozenset({"salesperson", "marketing"}), team_id="t1", region="west"),
    ]


def random_world(random: Random, prefix: str = "w", people: Iterable[str] = PEOPLE) -> World:
    """Some of everything; all ids begin with `prefix`."""
    maker = _Maker(random, prefix, list(people))
    accounts = [maker.account() for _ in range(random.randint(0, 5))]
    leads = [maker.lead(accounts) for _ in range(random.randint(0, 14))]
    return {
        "salespeople": [maker.person(name) for name in maker.people],
        "accounts": accounts,
        "leads": leads,
        "opportunities": [maker.opportunity(leads, accounts) for _ in range(random.randint(0, 10))],
        "timeline_entries": [maker.entry(accounts) for _ in range(random.randint(0, 14))],
        "responsibility_entries": [maker.log(accounts) for _ in range(random.randint(0, 6) if accounts else 0)],
        "assets": [maker.asset() for _ in range(random.randint(0, 5))],
        "channel_costs": maker.costs() if prefix == "w" else [],
    }


class _Maker:
    def __init__(self, random: Random, prefix: str, people: list[str]) -> None:
        self._random, self._prefix, self.people = random, prefix, people
        self._number = 0

    def person(self, name: str) -> Row:
        team, region = PEOPLE.get(name, ("t9", "north"))
        active = self._random.random() < 0.8
        return _stored(Salesperson(id=name, name=name.title(), team_id=team, region=region, active=active, version=1))

    def account(self) -> Row:
        owner = self._pick([*self.people, "boss1"])
        found = self._id("account")
        industry = self._pick(SEGMENTS)
        attributes = {"industry": industry} if industry else {}
        if self._maybe():
            attributes["decision_chain"] = "CEO"
        return _stored(
            Account(
                id=found,
                name=f"公司{found}",
                keys=[f"name:{found}"],
                phone=self._pick(["", "+8613800000000"]),
                region=self._pick(["", *REGIONS]),
                owner_id=owner,
                team_id=self._pick(["", PEOPLE.get(owner, ("t1", ""))[0]]),
                level=self._pick(["", "A"]),
                attributes=attributes,
                create_time=self._time(),
            )
        )

    def lead(self, accounts: list[Row]) -> Row:
        owner = self._pick([*self.people, ""])
        due = self._time() if self._maybe() else None
        valid = self._time() if self._maybe() else None
        contact = self._pick([None, self._time(), *self._near(due, timedelta(0))])
        found = self._id("lead")
        action = {"text": "报价", "due_time": START} if self._maybe() else None
        return _stored(
            Lead(
                id=found,
                intake_keys=[found],
                state="contacted" if contact else "assigned",
                company=f"=公司{found}",
                channel=self._pick(CHANNELS),
                region=self._pick(["", *REGIONS]),
                contact_name=self._pick(["", "王"]),
                budget_range=self._pick(["", "1-2"]),
                urgency="red",
                needs=self._pick([[], ["ERP"]]),
                account_id=self._pick(accounts)["_id"] if owner and accounts else "",
                owner_id=owner,
                create_time=self._time(),
                first_contact_due_time=due,
                contact_time=contact,
                summary=self._pick(["", "谈过"]),
                next_action=action,
                qualify_time=valid,
                first_quote_time=self._pick([None, self._time(), *self._near(valid, timedelta(hours=72))]),
            )
        )

    def opportunity(self, leads: list[Row], accounts: list[Row]) -> Row:
        lead = self._pick(leads) if leads and self._maybe() else {}
        owner: str = (self._maybe() and lead.get("owner_id")) or self._pick(self.people)
        state = self._pick(["open", "won", "lost"])
        came = self._random.randint(0, len(STAGES) - 1)
        return _stored(
            Opportunity(
                id=self._id("opportunity"),
                account_id=self._pick(accounts)["_id"] if accounts else "",
                lead_id=lead.get("_id", ""),
                company="公司",
                owner_id=owner,
                team_id=PEOPLE.get(owner, ("t9", ""))[0],
                region=self._pick(["", *REGIONS]),
                channel=self._pick(CHANNELS),
                segment=self._pick(SEGMENTS),
                stage=STAGES[came],
                state=state,
                stage_times={stage: self._time() for stage in STAGES[: came + 1]},
                expected_amount_minor=self._random.randint(0, 10**7),
                currency=self._pick(["CNY", "CNY", "USD"]),
                expected_close_time=self._time() if self._maybe() else None,
                create_time=self._time(),
                update_time=START,
                close_time=None if state == "open" else self._time(),
            )
        )

    def entry(self, accounts: list[Row]) -> Row:
        owner = self._pick(self.people)
        kinds = ("touch_logged", "lead_contacted", "visit_recorded", "quote_signed", "payment_recorded")
        kind = self._pick(kinds)
        money = {"amount_minor": str(self._random.randint(-500, 10**6)), "currency": self._pick(["CNY", "USD"])}
        return _stored(
            TimelineEntry(
                id=self._id("entry"),
                account_id=self._pick(accounts)["_id"] if accounts else "",
                kind=kind,
                source="leads",
                time=self._time(),
                by=self._pick([*self.people, "boss1", ""]),
                owner_id=owner,
                team_id=PEOPLE.get(owner, ("t9", ""))[0],
                region=self._pick(["", *REGIONS]),
                channel=self._pick(CHANNELS),
                details=money if kind == "payment_recorded" else {},
            )
        )

    def log(self, accounts: list[Row]) -> Row:
        account = self._pick(accounts)
        entry = ResponsibilityEntry(
            id=self._id("log"),
            account_id=account["_id"],
            lead_id="lead",
            owner_id=account["owner_id"],
            since=self._time(),
            decided_by=self._pick(["boss1", "boss2", account["owner_id"]]),
        )
        return {
            **_stored(entry),
            "kind": self._pick(["routed", "overridden", "claimed", "conflict_decided", "transferred"]),
        }

    def asset(self) -> Row:
        author = self._pick(self.people)
        return {
            "_id": self._id("asset"),
            "kind": self._pick(["solution", "objection_answer", "key_action", "other"]),
            "create_time": self._time(),
            "author_id": author,
            "team_id": PEOPLE.get(author, ("t9", ""))[0],
            "region": self._pick(REGIONS),
        }

    def costs(self) -> list[Row]:
        return [
            _stored(
                ChannelCost(
                    id=channel_cost_id(channel, month),
                    channel=channel,
                    month=month,
                    amount_minor=self._random.randint(0, 10**6),
                    version=1,
                )
            )
            for channel in CHANNELS
            for month in ("2024-12", "2025-01", "2025-02", "2025-03")
            if self._maybe()
        ]

    def _id(self, kind: str) -> str:
        self._number += 1
        return f"{self._prefix}-{kind}-{self._number:03d}"

    def _maybe(self) -> bool:
        return self._random.random() < 0.6

    def _pick(self, choices: Iterable[Any]) -> Any:
        return self._random.choice(list(choices))

    def _time(self) -> datetime:
        """Mostly in the period, some around it, some on its very edge."""
        edges = [START, END, START - timedelta(milliseconds=1), END - timedelta(milliseconds=1)]
        if self._random.random() < 0.2:
            return self._random.choice(edges)
        minutes = int((END - START) / timedelta(minutes=1))
        return START + timedelta(minutes=self._random.randint(-3_000, minutes + 3_000))

    def _near(self, moment: datetime | None, after: timedelta) -> list[datetime]:
        """So long after it: exactly, just more, just less."""
        if moment is None:
            return []
        tick = timedelta(milliseconds=1)
        return [moment + after, moment + after + tick, moment + after - tick, moment - timedelta(hours=1)]


def _stored(document: Any) -> Row:
    return dict(document.to_mongo())
