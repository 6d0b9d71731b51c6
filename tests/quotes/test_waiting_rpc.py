"""What waits for whom, and what happens when nobody decides in time."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from services.quotes.documents import Quote
from tests.quotes.desk import BOSS, FINANCE, GENERAL, HALVES, MOSTLY_BEFORE, OTHER_BOSS, Desk, events, step_states


def waiting_for(desk: Desk, who: Principal) -> list[str]:
    return [row.id for row in desk.call("ListQuotes", pb.ListQuotesRequest(awaiting_me=True), who).quotes]


def test_each_approver_finds_what_waits_for_him(desk: Desk) -> None:
    quote = desk.submitted(600)
    assert [waiting_for(desk, who) for who in (BOSS, OTHER_BOSS, FINANCE)] == [[quote.id], [], []]
    desk.approve(quote, "supervisor", BOSS)
    assert [waiting_for(desk, who) for who in (BOSS, FINANCE, GENERAL)] == [[], [quote.id], []]


def test_a_late_step_is_reported_once(desk: Desk) -> None:
    quote = desk.submitted()
    desk.pass_time(clock.now() + timedelta(hours=25))
    (late,) = events(quote.id, "approval_overdue.v1")
    assert (late["step"], late["approver_id"], late["owner_id"]) == ("supervisor", "boss", "seller")
    assert desk.approve(quote, "supervisor", BOSS).state == pb.QUOTE_STATE_APPROVED
    assert not Quote.load(quote.id).deadlines


@pytest.mark.parametrize(("terms", "state"), [(HALVES, "APPROVED"), (MOSTLY_BEFORE, "OPEN")])
def test_silence_of_legal_passes_medium_risk_only(desk: Desk, terms: Any, state: str) -> None:
    quote = desk.approve(desk.submitted(payment_terms=terms), "supervisor", BOSS)
    desk.pass_time(clock.now() + timedelta(hours=49))
    quote = desk.get(quote.id)
    assert step_states(quote)["legal"] == state
    overdue = [each["step"] for each in events(quote.id, "approval_overdue.v1")]
    assert overdue == ([] if state == "APPROVED" else ["legal"])


def test_a_step_decided_in_time_is_never_late(desk: Desk) -> None:
    quote = desk.approved()
    desk.pass_time(clock.now() + timedelta(hours=25))
    assert not events(quote.id, "approval_overdue.v1")
