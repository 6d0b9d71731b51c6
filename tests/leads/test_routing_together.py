"""Leads that wait for their turn are routed in one transaction, each as if it were alone."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import sleep

import pytest

from chassis.clocks import clock
from chassis.principal import Principal, acting
from services.leads import commands
from services.leads.commands.routing import routing_turn
from services.leads.documents import Account, ResponsibilityEntry
from services.leads.domain.errors import LeadNotFound
from tests.leads.room import Room, told


def _route(lead_id: str) -> None:
    with acting(Principal(f"for {lead_id}", frozenset()), "leads.route_lead_when_created", "a test"):
        commands.route_new_lead(lead_id, at=clock.now())


@contextmanager
def _queue() -> Iterator[ThreadPoolExecutor]:
    """Whatever is begun inside waits, and goes on together at the end."""
    with ThreadPoolExecutor(12) as pool, routing_turn.TURN:
        yield pool
        sleep(0.2)


def test_those_that_wait_are_shared_out_fairly(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    leads = [room.create().id for _ in range(11)]
    with _queue() as pool:
        answers: list[Future[None]] = [pool.submit(_route, lead_id) for lead_id in leads]
    assert [answer.result() for answer in answers] == [None] * 11
    owners = Counter(room.lead(lead_id).owner_id for lead_id in leads)
    assert sorted(owners.values()) == [3, 4, 4]
    assert {name: room.open_untouched(name) for name in owners} == owners
    assert ResponsibilityEntry.collection().count_documents({}) == len(told("lead_assigned.v1")) == 11


def test_each_is_audited_in_its_own_context(room: Room) -> None:
    room.hire("alice")
    leads = [room.create().id for _ in range(5)]
    with _queue() as pool:
        for lead_id in leads:
            pool.submit(_route, lead_id)
    records = [record for told_together in told("changes_recorded.v1") for record in told_together["changes"]]
    found = {
        each["document_id"]: (each["operation"], each["actor"]) for each in records if each["collection"] == "leads"
    }
    assert found == {lead_id: ("leads.route_lead_when_created", f"for {lead_id}") for lead_id in leads}


def test_leads_of_one_company_and_a_second_delivery_may_wait_together(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    leads = [room.create(company="江南贸易").id for _ in range(4)] + [room.create().id]
    with _queue() as pool:
        for lead_id in (*leads, *leads):
            pool.submit(_route, lead_id)
    assert len({room.lead(lead_id).owner_id for lead_id in leads[:4]}) == 1
    assert Account.collection().count_documents({}) == 2
    assert len(told("lead_assigned.v1")) == 5


def test_a_lead_that_cannot_be_routed_harms_no_other(room: Room) -> None:
    room.hire("alice")
    leads = [room.create().id for _ in range(3)]
    with _queue() as pool:
        missing = pool.submit(_route, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
        answers = [pool.submit(_route, lead_id) for lead_id in leads]
    with pytest.raises(LeadNotFound):
        missing.result()
    assert [answer.result() for answer in answers] == [None] * 3
    assert {room.lead(lead_id).owner_id for lead_id in leads} == {"alice"}


def test_each_month_is_counted_apart(room: Room) -> None:
    room.hire("alice", "bob")
    leads = [room.create().id for _ in range(4)]
    with _queue() as pool:
        for number, lead_id in enumerate(leads):
            at = clock.now() + timedelta(days=40 * (number % 2))
            pool.submit(commands.route_new_lead, lead_id, at=at)
    assert {room.lead(lead_id).owner_id for lead_id in leads} == {"alice", "bob"}
    assert room.open_untouched("alice") + room.open_untouched("bob") == 4
