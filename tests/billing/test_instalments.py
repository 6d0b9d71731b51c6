"""A payment plan adds up to its contract."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.instalments import Term, end_of_day, plan_instalments, split, terms_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
SIGNED = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)  # already 3 March in Shanghai


@st.composite
def shares(draw: st.DrawFn) -> list[int]:
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=11)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]


@given(total=st.integers(0, 10**15), shares_bp=shares())
def test_amounts_add_up_and_none_is_a_unit_away_from_its_share(total: int, shares_bp: list[int]) -> None:
    amounts = split(total, shares_bp)
    assert sum(amounts) == total
    for amount, share in zip(amounts, shares_bp, strict=True):
        assert abs(amount * 10_000 - total * share) < 10_000


@given(total=st.integers(1, 10**15), shares_bp=shares())
def test_a_plan_has_no_empty_instalment_and_counts_from_one(total: int, shares_bp: list[int]) -> None:
    terms = [Term(share, 10 * i) for i, share in enumerate(shares_bp)]
    plan = plan_instalments(total, terms, SIGNED, SHANGHAI)
    assert sum(each.amount_minor for each in plan) == total
    assert all(each.amount_minor > 0 for each in plan)
    assert [each.number for each in plan] == list(range(1, len(plan) + 1))


def test_the_larger_remainder_gets_the_odd_unit() -> None:
    assert split(100, [3_333, 3_333, 3_334]) == [33, 33, 34]
    assert split(101, [5_000, 5_000]) == [51, 50]


@pytest.mark.parametrize("bad", [[], [5_000], [10_001], [11_000, -1_000], [0, 10_000]])
def test_shares_that_do_not_add_up_are_refused(bad: list[int]) -> None:
    with pytest.raises(ValueError, match="10000"):
        split(100, bad)


@pytest.mark.parametrize("days", [-1, 3_651])
def test_a_term_beyond_reason_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="due_days"):
        plan_instalments(100, [Term(10_000, days)], SIGNED, SHANGHAI)


def test_the_customer_has_all_of_the_due_day_by_the_company_clock() -> None:
    # Signed on 3 March 01:30 in Shanghai; 30 days later is 2 April, which ends at 16:00 UTC.
    assert end_of_day(SIGNED, 30, SHANGHAI) == datetime(2026, 4, 2, 16, 0, tzinfo=UTC)


def test_cash_on_delivery_has_no_due_time_yet() -> None:
    terms = terms_of(cash_on_delivery=True, prepayment_bp=0, shares=[], default_days=30)
    assert plan_instalments(700, terms, SIGNED, SHANGHAI)[0].due_time is None


def test_without_instalments_the_prepayment_is_due_at_once_and_the_rest_later() -> None:
    terms = terms_of(cash_on_delivery=False, prepayment_bp=3_000, shares=[], default_days=30)
    assert terms == [Term(3_000, 0), Term(7_000, 30)]
