"""The rules of attention as properties."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.attention.asset import AssetContent, terms_of, terms_wanted
from services.leads.domain.attention.engagement import (
    EngagementRule,
    Signal,
    SignalKind,
    answers_slowly,
    cool_time,
    kept,
    left_after,
    median_answer_minutes,
    score,
)
from services.leads.domain.attention.nurture import Package, Step, StepKind, check_package, step_due
from services.leads.domain.attention.policy import AttentionNumbers, NumbersChange, changed
from services.leads.domain.attention.risk import Cause, CauseFact, fall_bp, months_before, ranked, weigh
from services.leads.domain.attention.shares import shares_bp
from services.leads.domain.attention.weekly import Choice, ItemKind, choose, next_reminder, reminder_time, week_of
from services.leads.domain.errors import FieldProblem
from services.leads.words import cut_words

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
RULE = EngagementRule()
HALF = timedelta(hours=RULE.half_life_hours)

moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
signals = st.lists(
    st.builds(
        Signal,
        id=st.uuids().map(str),
        kind=st.sampled_from(SignalKind),
        time=moments,
        depth_bp=st.integers(0, 10_000),
        answer_minutes=st.integers(0, 5_000),
    ),
    max_size=12,
)


@given(st.lists(st.integers(0, 10_000), max_size=40))
@settings(deadline=None)
def test_shares_add_up_to_the_whole_and_are_at_most_one_off(counts: list[int]) -> None:
    shares = shares_bp(counts)
    total = sum(counts)
    assert sum(shares) == (10_000 if total else 0)
    for count, share in zip(counts, shares, strict=True):
        assert share == 0 if not total else abs(share - Fraction(count * 10_000, total)) < 1


@given(st.integers(0, 40 * 24 * 60), st.integers(0, 40 * 24 * 60))
@settings(deadline=None)
def test_a_signal_never_gains_points_and_halves_with_each_half_life(minutes: int, more: int) -> None:
    age = timedelta(minutes=minutes)
    assert left_after(age + timedelta(minutes=more), HALF) <= left_after(age, HALF)
    if age // HALF < 18:
        assert left_after(age + HALF, HALF) == left_after(age, HALF) / 2


@given(signals, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_signals_does_not_matter(known: list[Signal], random: object) -> None:
    mixed = list(known)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis hands out random.Random under another name
    assert score(known, RULE, NOW) == score(mixed, RULE, NOW)
    assert kept(known) == kept(mixed)
    assert median_answer_minutes(known) == median_answer_minutes(mixed)


@given(signals)
@settings(deadline=None, max_examples=30)
def test_an_account_cools_at_the_first_minute_below_the_line(known: list[Signal]) -> None:
    at = cool_time(known, RULE, NOW)
    assert score(known, RULE, at) < RULE.cool_points
    if at > NOW + timedelta(days=1):
        assert score(known, RULE, at - timedelta(minutes=1)) >= RULE.cool_points


def test_answers_are_slow_by_their_median() -> None:
    def answers(*minutes: int) -> list[Signal]:
        return [Signal(str(place), SignalKind.ANSWERED, NOW, 0, each) for place, each in enumerate(minutes)]

    limit = RULE.slow_answer_minutes
    assert median_answer_minutes([]) is None
    assert not answers_slowly([], RULE)
    assert not answers_slowly(answers(limit), RULE)
    assert answers_slowly(answers(limit, limit + 1), RULE)  # the middle is half a minute above
    assert not answers_slowly(answers(5, 5, 50_000), RULE)


facts = st.lists(
    st.tuples(st.sampled_from(Cause), st.integers(1, 9)), unique_by=lambda each: each[0], max_size=len(Cause)
)
weights = st.dictionaries(st.sampled_from([cause.value for cause in Cause]), st.integers(0, 100))


@given(facts, weights)
@settings(deadline=None)
def test_a_risk_is_the_sum_of_its_explained_causes(found: list[tuple[Cause, int]], points: dict[str, int]) -> None:
    risk = weigh("a", [CauseFact(cause, count) for cause, count in found], points)
    assert risk.points == sum(each.points for each in risk.causes)
    assert [each.points for each in risk.causes] == sorted((each.points for each in risk.causes), reverse=True)
    assert all(each.explanation["zh"] and each.explanation["en"] for each in risk.causes)
    assert {each.cause for each in risk.causes} == {cause for cause, _ in found if points.get(cause, 0)}


def test_the_riskiest_come_first_and_those_without_risk_not_at_all() -> None:
    risks = [
        weigh(name, [CauseFact(Cause.SILENCE)], {"silence": points}) for name, points in (("a", 5), ("b", 0), ("c", 9))
    ]
    assert [risk.account_id for risk in ranked(risks)] == ["c", "a"]


def test_purchases_fall_from_quarter_to_quarter() -> None:
    january = datetime(2026, 1, 15, tzinfo=UTC)
    assert months_before(january, 3) == ["2025-10", "2025-11", "2025-12"]
    bought = {"2025-07": 60_000, "2025-09": 40_000, "2025-11": 70_000, "2026-01": 1}
    assert fall_bp(bought, january) == 3_000
    assert fall_bp({"2025-11": 70_000}, january) == 0
    assert fall_bp({"2025-07": 1, "2025-12": 2}, january) == 0


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
@settings(deadline=None)
def test_a_business_week_runs_from_monday_to_sunday_in_shanghai(moment: datetime) -> None:
    week = week_of(moment)
    begin = datetime.combine(week, datetime.min.time(), UTC) - timedelta(hours=8)
    assert week.weekday() == 0
    assert begin <= moment < begin + timedelta(days=7)
    assert moment < next_reminder(moment) <= moment + timedelta(days=7)
    assert begin < reminder_time(week) < begin + timedelta(days=5)


def test_sunday_evening_in_london_is_monday_in_shanghai() -> None:
    assert week_of(datetime(2026, 11, 15, 15, 59, tzinfo=UTC)) == date(2026, 11, 9)
    assert week_of(datetime(2026, 11, 15, 16, tzinfo=UTC)) == date(2026, 11, 16)


def test_a_week_has_three_problems_one_lead_and_two_suggestions() -> None:
    choices = [Choice(kind, f"{kind}{place}", "", (-place,)) for kind in ItemKind for place in range(5)]
    chosen = [each.subject_id for each in choose(choices)]
    assert chosen == ["problem4", "problem3", "problem2", "lead4", "suggestion4", "suggestion3"]
    assert chosen == [each.subject_id for each in choose(reversed(choices))]


def test_steps_follow_their_days_and_a_package_must_be_in_order() -> None:
    texts = {"zh": "案例", "en": "a case"}
    steps = (Step(StepKind.CASE, 0, "", texts), Step(StepKind.OFFER, 3, "asset"))
    package = check_package(Package({"zh": "甲", "en": "A"}, steps))
    assert [step_due(NOW, package.steps, place) for place in range(3)] == [NOW, NOW + timedelta(days=3), None]
    for broken in ((), steps[::-1], (Step(StepKind.CASE, 0),), (Step(StepKind.CASE, 366, "asset"),)):
        with pytest.raises(FieldProblem):
            check_package(Package(package.names, broken))


def test_a_change_of_the_numbers_leaves_the_rest_and_refuses_nonsense() -> None:
    now = AttentionNumbers()
    after = changed(now, NumbersChange(silence_days=10, risk_points={"silence": 0}))
    assert (after.engagement.silence_days, after.engagement.hot_points) == (10, now.engagement.hot_points)
    assert after.risk_points["silence"] == 0
    assert after.risk_points["high_risk"] == now.risk_points["high_risk"]
    for wrong in (
        NumbersChange(cool_points=51),
        NumbersChange(signal_points={"shouted": 1}),
        NumbersChange(falling_bp=10_001),
        NumbersChange(half_life_hours=-1),
    ):
        with pytest.raises(FieldProblem):
            changed(now, wrong)


han = st.text(alphabet="价格太贵了怎么回应客户预算不够交期质量方案", min_size=2, max_size=30)


@given(han, st.data())
@settings(deadline=None, max_examples=60)
def test_every_piece_of_a_chinese_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    terms = terms_of(AssetContent("t", text), cut_words)
    assert set(terms_wanted(text[start:end], cut_words)) <= set(terms)
