"""A payment goes where it belongs, and no fen is lost or made."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.allocation import Allocation, Receivable, allocate

START = datetime(2026, 1, 1, tzinfo=UTC)


def receivable(contract: str, number: int, outstanding: int, day: int | None, *references: str) -> Receivable:
    due_time = None if day is None else START + timedelta(days=day)
    return Receivable(contract, number, outstanding, due_time, frozenset(references))


@st.composite
def ledgers(draw: st.DrawFn) -> list[Receivable]:
    keys = draw(st.sets(st.tuples(st.sampled_from("ABC"), st.integers(1, 4)), max_size=8))
    return [
        receivable(
            contract,
            number,
            draw(st.integers(0, 1_000)),
            draw(st.none() | st.integers(0, 50)),
            f"C-2026-00000{'ABC'.index(contract)}",
        )
        for contract, number in sorted(keys)
    ]


_TEXTS = st.sampled_from(["", "C-2026-000001", "货款 C-2026-000000、C-2026-000002", "no number"])


@given(amount=st.integers(1, 5_000), ledger=ledgers(), text=_TEXTS)
def test_money_is_conserved_and_no_receivable_gets_too_much(amount: int, ledger: list[Receivable], text: str) -> None:
    allocations, unapplied = allocate(amount, ledger, text)
    assert sum(each.amount_minor for each in allocations) + unapplied == amount
    assert unapplied >= 0
    assert all(each.amount_minor > 0 for each in allocations)
    given_to: dict[tuple[str, int], int] = defaultdict(int)
    for each in allocations:
        given_to[each.contract_id, each.instalment_number] += each.amount_minor
    outstanding = {(r.contract_id, r.instalment_number): r.outstanding_minor for r in ledger}
    assert all(part <= outstanding[key] for key, part in given_to.items())


@given(amount=st.integers(1, 5_000), ledger=ledgers(), text=_TEXTS)
def test_cash_stays_unapplied_only_when_nothing_is_owed(amount: int, ledger: list[Receivable], text: str) -> None:
    _, unapplied = allocate(amount, ledger, text)
    assert unapplied == max(0, amount - sum(each.outstanding_minor for each in ledger))


@given(amount=st.integers(1, 5_000), ledger=ledgers())
def test_without_a_hint_nothing_younger_is_paid_while_something_older_is_open(
    amount: int, ledger: list[Receivable]
) -> None:
    if any(each.outstanding_minor == amount for each in ledger):
        return
    allocations, _ = allocate(amount, ledger, "")
    paid = {(a.contract_id, a.instalment_number): a.amount_minor for a in allocations}
    rest = [(r, r.outstanding_minor - paid.get((r.contract_id, r.instalment_number), 0)) for r in ledger]
    far = datetime.max.replace(tzinfo=UTC)
    open_times = [r.due_time or far for r, left in rest if left > 0]
    paid_times = [r.due_time or far for r, _ in rest if (r.contract_id, r.instalment_number) in paid]
    assert not open_times or not paid_times or max(paid_times) <= min(open_times)


@given(amount=st.integers(1, 5_000), ledger=ledgers(), text=_TEXTS)
def test_the_order_of_the_ledger_does_not_matter(amount: int, ledger: list[Receivable], text: str) -> None:
    assert allocate(amount, ledger, text) == allocate(amount, ledger[::-1], text)


def test_a_named_contract_comes_before_an_older_one() -> None:
    ledger = [receivable("A", 1, 100, 0, "C-2026-000001"), receivable("B", 1, 100, 9, "C-2026-000002")]
    assert allocate(150, ledger, "付 C-2026-000002 货款") == (
        [Allocation("B", 1, 100, "reference"), Allocation("A", 1, 50, "oldest_first")],
        0,
    )


def test_an_exact_amount_comes_before_an_older_one() -> None:
    ledger = [receivable("A", 1, 100, 0), receivable("B", 1, 70, 9)]
    assert allocate(70, ledger, "") == ([Allocation("B", 1, 70, "exact_amount")], 0)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("合同C-2026-000002尾款", "reference"),
        ("c-2026-000002", "reference"),
        ("Ｃ－２０２６－０００００２", "reference"),
        ("C-2026-0000021", "oldest_first"),
        ("XC-2026-000002", "oldest_first"),
    ],
)
def test_a_number_counts_only_when_it_stands_by_itself(text: str, rule: str) -> None:
    ledger = [receivable("B", 1, 100, 9, "C-2026-000002")]
    assert [each.rule for each in allocate(50, ledger, text)[0]] == [rule]


def test_a_payment_larger_than_the_debt_is_taken_and_the_excess_stays_unapplied() -> None:
    assert allocate(130, [receivable("A", 1, 100, 0)], "") == ([Allocation("A", 1, 100, "oldest_first")], 30)
