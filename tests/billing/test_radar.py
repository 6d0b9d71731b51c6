"""The radar is a pure function of ledger and date."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.radar import (
    ALARMS,
    Debt,
    RadarPolicy,
    RadarState,
    ageing,
    days_overdue,
    is_high_risk,
    next_alarm,
    radar_state,
)

POLICY = RadarPolicy()
DUE = datetime(2026, 4, 2, 16, 0, tzinfo=UTC)
_MOMENTS = st.integers(-200 * 86_400, 200 * 86_400).map(lambda seconds: DUE + timedelta(seconds=seconds))
_DEBTS = st.builds(Debt, st.integers(0, 10**15), st.none() | _MOMENTS)
_SEVERITY = [RadarState.OPEN, RadarState.DUE, RadarState.YELLOW, RadarState.RED]


@pytest.mark.parametrize(
    ("after_due", "state", "days"),
    [
        (timedelta(days=-1, seconds=-1), RadarState.OPEN, 0),
        (timedelta(days=-1), RadarState.DUE, 0),
        (timedelta(0), RadarState.DUE, 0),
        (timedelta(days=3, seconds=-1), RadarState.DUE, 2),
        (timedelta(days=3), RadarState.YELLOW, 3),
        (timedelta(days=7, seconds=-1), RadarState.YELLOW, 6),
        (timedelta(days=7), RadarState.RED, 7),
    ],
)
def test_the_state_changes_on_whole_days(after_due: timedelta, state: RadarState, days: int) -> None:
    debt = Debt(100, DUE)
    assert radar_state(debt, DUE + after_due, POLICY) is state
    assert days_overdue(debt, DUE + after_due) == days


def test_nothing_outstanding_is_settled_however_late() -> None:
    assert radar_state(Debt(0, DUE), DUE + timedelta(days=400), POLICY) is RadarState.SETTLED


@given(debt=_DEBTS, at=_MOMENTS, later=_MOMENTS)
def test_time_alone_never_makes_it_better(debt: Debt, at: datetime, later: datetime) -> None:
    if debt.outstanding_minor:
        first, second = sorted((at, later))
        states = [_SEVERITY.index(radar_state(debt, moment, POLICY)) for moment in (first, second)]
        assert states[0] <= states[1]


@given(debts=st.lists(_DEBTS), at=_MOMENTS)
def test_buckets_add_up_to_the_outstanding_sum(debts: list[Debt], at: datetime) -> None:
    buckets = ageing(debts, at)
    assert sum(bucket.outstanding_minor for bucket in buckets) == sum(d.outstanding_minor for d in debts)
    assert sum(bucket.receivables for bucket in buckets) == sum(d.outstanding_minor > 0 for d in debts)
    assert [b.name for b in buckets] == ["not_due", "0-2", "3-6", "7-30", "31-60", "61-90", "over_90"]


@pytest.mark.parametrize(
    ("days", "name"),
    [(-1, "not_due"), (0, "0-2"), (2, "0-2"), (3, "3-6"), (7, "7-30"), (31, "31-60"), (90, "61-90"), (91, "over_90")],
)
def test_a_debt_lies_in_the_bucket_of_its_days(days: int, name: str) -> None:
    buckets = ageing([Debt(5, DUE)], DUE + timedelta(days=days))
    assert {b.name: b.outstanding_minor for b in buckets}[name] == 5


@given(debts=st.lists(_DEBTS), at=_MOMENTS)
def test_the_account_is_at_high_risk_exactly_when_something_is_red(debts: list[Debt], at: datetime) -> None:
    states = [radar_state(debt, at, POLICY) for debt in debts]
    assert is_high_risk(debts, at, POLICY) == (RadarState.RED in states)


def test_each_alarm_falls_on_the_moment_when_its_state_begins() -> None:
    debt = Debt(100, DUE)
    moments = [next_alarm(raised, debt, POLICY) for raised in range(len(ALARMS) + 1)]
    assert moments == [DUE, DUE + timedelta(days=3), DUE + timedelta(days=7), None]
    assert [radar_state(debt, moment, POLICY) for moment in moments if moment] == list(ALARMS)


@pytest.mark.parametrize("limits", [(0, 7), (7, 7), (8, 3)])
def test_a_policy_without_order_is_refused(limits: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="yellow_days"):
        RadarPolicy(*limits)
