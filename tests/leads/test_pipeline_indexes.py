"""What is asked of many opportunities is answered from indexes."""

from collections.abc import Mapping
from typing import Any

import pytest

from chassis.access import Scope
from chassis.clocks import clock
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Opportunity, TimelineEntry
from services.leads.queries import pipeline as queries
from tests.leads.room import DIRECTOR, REGIONAL, SUPERVISOR, Room, salesperson

CALLERS = ((salesperson("alice"), Scope.OWN), (SUPERVISOR, Scope.TEAM), (REGIONAL, Scope.REGION), (DIRECTOR, Scope.ALL))
FIRST = Page(50, None, "")
ROWS = 3_000


@pytest.fixture
def filled(room: Room) -> None:
    room.hire("alice", "bob")
    now = clock.now()
    blank: Mapping[str, Any] = Opportunity(create_time=now, update_time=now).to_mongo()
    stages, states = ("lead", "proposal", "quote", "contract"), ("open", "open", "open", "won", "lost")
    rows = [
        {
            **blank,
            "_id": f"{number:026d}",
            "owner_id": f"person-{number % 97}",
            "region": f"region-{number % 7}",
            "account_id": f"account-{number % 500}",
            "stage": stages[number % 4],
            "state": states[number % 5],
            "expected_amount_minor": number,
        }
        for number in range(ROWS)
    ]
    Opportunity.collection().insert_many(rows)


class Profiler:
    """What the database did for the reads within the block: stages of the plans, documents looked at."""

    def __enter__(self) -> "Profiler":
        self._database = Opportunity.collection().database
        self._database["system.profile"].drop()
        self._database.command("profile", 2)
        return self

    def __exit__(self, *_: object) -> None:
        self._database.command("profile", 0)
        found = self._database["system.profile"].find(
            {"ns": {"$regex": "opportunities|timeline"}, "op": {"$ne": "insert"}}
        )
        self.reads = list(found)


@pytest.mark.parametrize(("by", "scope"), CALLERS)
@pytest.mark.usefixtures("filled")
def test_no_board_is_read_by_a_collection_scan(by: Principal, scope: Scope) -> None:
    with Profiler() as profiler:
        queries.list_opportunities(by, scope, FIRST, queries.BoardFilter(state="open"))
        queries.list_opportunities(by, scope, FIRST, queries.BoardFilter(stage="quote", owner_id="person-3"))
        queries.list_coaching(by, scope, FIRST, "")
        queries.list_refused_jumps(by, scope, FIRST, "")
    assert profiler.reads
    assert "COLLSCAN" not in {read.get("planSummary") for read in profiler.reads}


@pytest.mark.parametrize(("by", "scope"), CALLERS)
@pytest.mark.usefixtures("filled")
def test_totals_are_read_without_the_opportunities_themselves(by: Principal, scope: Scope) -> None:
    for wanted in (queries.BoardFilter(), queries.BoardFilter(state="open")):
        with Profiler() as profiler:
            queries.stage_totals(by, scope, wanted)
        (read,) = profiler.reads
        assert read["planSummary"].startswith("IXSCAN")
        assert read["docsExamined"] == 0


@pytest.mark.usefixtures("filled")
def test_a_timeline_is_read_in_the_order_of_its_index(room: Room) -> None:
    now = clock.now()
    blank: Mapping[str, Any] = TimelineEntry(account_id="a", kind="k", source="s", time=now).to_mongo()
    TimelineEntry.collection().insert_many([{**blank, "_id": str(number)} for number in range(500)])
    found = TimelineEntry.collection().find({"account_id": "a"}).sort([("time", -1), ("_id", -1)]).limit(51)
    plan = str(found.explain()["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "SORT'" not in plan
