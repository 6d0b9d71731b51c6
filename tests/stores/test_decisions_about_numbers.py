"""Jumps, losses and numbers that are wanted again."""

from datetime import timedelta

import pytest

from chassis import principal
from chassis.principal import Principal
from services.stores.commands.decide_about_numbers import confirm_number_jump, declare_loss, request_resend
from services.stores.commands.enrol_terminals import enrol_terminal, invite_terminals
from services.stores.documents import Terminal
from services.stores.domain.errors import JumpNotFound, NumbersNotMissing
from services.stores.ledger import Ledger
from services.stores.queries.outcomes import list_outcomes
from services.stores.queries.terminals import list_terminals, view_of
from tests.stores.ingesting import batch, ingest
from tests.stores.made_up import NOW, receipt


@pytest.fixture
def terminal(ledger: Ledger, store: str) -> Terminal:
    """Till t1 of s1, which sold 1-5 and 8, and later 30,000."""
    code = invite_terminals([("s1", "t1")])[0].code
    enrolled = enrol_terminal(code, "C" * 42 + "A")
    ingest(ledger, batch([receipt(n) for n in (1, 2, 3, 4, 5, 8)]))
    ingest(ledger, batch([receipt(30_000)], receive_time=NOW + timedelta(hours=1)))
    return enrolled


def test_a_jump_is_flagged_and_opens_no_gap_until_it_is_confirmed(ledger: Ledger, terminal: Terminal) -> None:
    view = view_of(terminal)
    assert (view.missing, view.unconfirmed_jumps) == ([(6, 7)], [(9, 29_999)])
    assert list_outcomes("s1", "t1", 1, 30_000, 30_000)[0][3] == ("number_jump",)
    with pytest.raises(JumpNotFound):
        confirm_number_jump("s1", "t1", (6, 7), "because")
    confirmed = view_of(confirm_number_jump("s1", "t1", (9, 29_999), "till was used at a fair"))
    assert confirmed.gaps == [(6, 7, NOW), (9, 29_999, NOW + timedelta(hours=1))]
    assert confirmed.unconfirmed_jumps == []


def test_a_loss_is_recorded_with_who_and_why_and_is_no_gap_any_more(ledger: Ledger, terminal: Terminal) -> None:
    with principal.acting(Principal.system("supervisor"), "stores.DeclareLoss"):
        found = view_of(declare_loss("s1", "t1", (6, 6), "till burnt"))
    assert [(loss["first"], loss["last"], loss["why"]) for loss in found.losses] == [(6, 6, "till burnt")]
    assert found.losses[0]["person_id"]
    assert found.missing == [(7, 7)]
    with pytest.raises(NumbersNotMissing):
        declare_loss("s1", "t1", (5, 7), "more")
    ingest(ledger, batch([receipt(6), receipt(7)]))
    assert view_of(Terminal.load("s1/t1")).missing == []
    assert list_terminals(store_id="", with_gaps=True, after="", limit=9) == []


def test_a_declared_loss_lets_the_watermark_go_on(ledger: Ledger, terminal: Terminal) -> None:
    def watermark() -> object:
        found = ledger.progress.find_one({"_id": "s1/t1/1"})
        assert found is not None
        return found.get("watermark_time")

    before = watermark()
    declare_loss("s1", "t1", (6, 7), "till burnt")
    later = NOW + timedelta(hours=2)
    ingest(ledger, batch([receipt(30_001, till_seconds=int(later.timestamp()) - 5)], receive_time=later))
    assert before != watermark() == later - timedelta(seconds=5)


def test_a_terminal_is_asked_to_send_again_until_it_did(ledger: Ledger, terminal: Terminal) -> None:
    assert view_of(request_resend("s1", "t1", (0, 0))).wanted == [(6, 7)]
    request_resend("s1", "t1", (7, 7))
    ingest(ledger, batch([receipt(6)]))
    assert view_of(Terminal.load("s1/t1")).wanted == [(7, 7)]
    with pytest.raises(NumbersNotMissing):
        request_resend("s1", "t1", (6, 7))


def test_outcomes_can_be_asked_for_later(ledger: Ledger, terminal: Terminal) -> None:
    ingest(ledger, batch([receipt(5, amounts=(1,)), receipt(6, total_minor=1), receipt(4)]))
    told = [(number, outcome.value, reason) for number, outcome, reason, _ in list_outcomes("s1", "t1", 1, 4, 9)]
    assert told == [
        (4, "ACCEPTED", ""),
        (5, "ACCEPTED", ""),
        (5, "CONFLICT", "CONTENT_DIFFERS"),
        (6, "REJECTED", "TOTAL_DIFFERS_FROM_LINES"),
        (8, "ACCEPTED", ""),
    ]
    with pytest.raises(ValueError, match="numbers"):
        list_outcomes("s1", "t1", 1, 1, 10_001)
