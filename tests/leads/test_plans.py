"""How the database finds what is asked for: by index, in order, for every kind of viewer."""

from random import Random
from typing import Any

import pytest

from chassis import database
from chassis.principal import Principal
from saleloop.leads.v1 import leads_service_pb2 as pb
from services.leads.documents import Account, Lead, Opportunity, TimelineEntry
from tests.leads.figures_world import CHANNELS, END, PEOPLE, REGIONS, SEGMENTS, START, random_world, viewers
from tests.leads.reads import answer, readings, requests
from tests.leads.room import Room

ROWS = 3_000
# A handful of documents each, or as many as the company has people, channels and policies: read whole.
SMALL = frozenset(
    {
        "salespeople",
        "channel_costs",
        "clock",
        "routing_policies",
        "assets",
        "loss_reasons",
        "webhook_sources",
        "intake_forms",
    }
)
_TEAM = ("ann", "bob")


@pytest.fixture(scope="module")
def filled(open_room: Room) -> Room:
    """Enough rows that a plan matters."""
    random = Random(7)
    rows = random_world(random, "p")
    people = [{**row, "active": True} for row in rows["salespeople"]]
    database.current()["salespeople"].insert_many(people)
    owners = [*PEOPLE, ""]
    step = (END - START) / ROWS
    for number in range(ROWS):
        at = START + number * step
        place = {"owner_id": owners[number % 6], "region": random.choice(["", *REGIONS]), "create_time": at}
        rows["leads"].append(
            _row(
                Lead(
                    id=f"{number:06d}",
                    intake_keys=[str(number)],
                    state=("new", "assigned", "contacted", "closed")[number % 4],
                    channel=random.choice(CHANNELS),
                    first_contact_due_time=at,
                    qualify_time=at if number % 3 else None,
                    **place,
                )
            )
        )
        kept = {**place, "owner_id": place["owner_id"] or "ann"}
        rows["accounts"].append(_row(Account(id=f"{number:06d}", keys=[f"k{number}"], **kept)))
        segment = random.choice(SEGMENTS)
        times = {"expected_close_time": at, "close_time": at if number % 2 else None, "update_time": at}
        rows["opportunities"].append(
            _row(Opportunity(id=f"{number:06d}", lead_id=f"{number:06d}", segment=segment, **kept, **times))
        )
        kept.pop("create_time")
        kinds = ("touch_logged", "payment_recorded", "quote_signed")
        details = {"currency": "CNY", "amount_minor": "1"}
        entry = TimelineEntry(kind=kinds[number % 3], source="leads", time=at, by="ann", details=details, **kept)
        rows["timeline_entries"].append(_row(entry))
    for collection in ("leads", "accounts", "opportunities", "timeline_entries"):
        database.current()[collection].insert_many(rows[collection])
    return open_room


def _row(document: Any) -> dict[str, Any]:
    return dict(document.to_mongo())


def plans_of(stored: Any, ask: Any) -> list[dict[str, Any]]:
    """What the database did for a call: its own record of each query, with the plan and how it ran."""
    stored.command("profile", 0)
    stored.drop_collection("system.profile")
    stored.command("profile", 2)
    try:
        ask()
    finally:
        stored.command("profile", 0)
    kinds = {"op": {"$in": ["query", "command"]}}
    return [row for row in stored["system.profile"].find(kinds) if "planSummary" in row]


def bad(row: dict[str, Any]) -> str:
    """Why this query would not do with a million rows; empty when it would."""
    collection = row["ns"].partition(".")[2]
    if collection in SMALL:
        return ""
    if "COLLSCAN" in row["planSummary"]:
        return f"{collection} is read whole: {row.get('command')}"
    if row.get("hasSortStage"):
        return f"{collection} is sorted in memory: {row.get('command')}"
    return ""


@pytest.mark.parametrize("viewer", viewers(), ids=lambda viewer: "-".join(sorted(viewer.roles)) + viewer.subject)
def test_no_list_and_no_figure_reads_or_sorts_a_collection(filled: Room, viewer: Principal) -> None:
    random = Random(3)
    world = {"leads": [{"_id": "000007"}], "accounts": [{"_id": "000007"}], "opportunities": [{"_id": "000007"}]}

    def ask() -> None:
        for reading in readings():
            for request in requests(reading, world, random):
                answer(filled, reading, request, viewer)

    found = [bad(row) for row in plans_of(database.current(), ask)]
    assert found, "nothing was asked"
    assert [each for each in found if each] == []


@pytest.mark.parametrize("viewer", viewers(), ids=lambda viewer: "-".join(sorted(viewer.roles)) + viewer.subject)
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"state": pb.LEAD_STATE_ASSIGNED},
        {"state": pb.LEAD_STATE_UNROUTABLE},
        {"owner_id": "ann"},
        {"owner_id": "ann", "state": pb.LEAD_STATE_CONTACTED},
    ],
    ids=str,
)
def test_a_page_of_leads_reads_little_more_than_the_page(
    filled: Room, viewer: Principal, filters: dict[str, Any]
) -> None:
    def ask() -> None:
        first = filled.call("ListLeads", pb.ListLeadsRequest(page_size=10, **filters), viewer)
        token = first.next_page_token
        if token:
            filled.call("ListLeads", pb.ListLeadsRequest(page_size=10, page_token=token, **filters), viewer)

    for row in plans_of(database.current(), ask):
        assert bad(row) == ""
        if row["ns"].endswith(".leads"):
            assert row["docsExamined"] <= 100, (row["planSummary"], row["docsExamined"], row["command"])
