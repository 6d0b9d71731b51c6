"""Which steps a quote needs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quotes.domain.errors import InvalidValue
from services.quotes.domain.policy import DEFAULT_RULES, ApprovalRule, QuoteFacts, check_rules, plan_steps
from services.quotes.domain.steps import Step, StepState
from services.quotes.domain.terms import ClauseRisk, PaymentTerms
from tests.quotes.made import HALVES, MOSTLY_BEFORE, facts, line

ROLES = frozenset({"supervisor", "finance", "legal", "regional_manager", "general_manager"})


def needed(steps: tuple[Step, ...]) -> list[str]:
    return [step.name for step in steps if step.state is StepState.WAITING]


def planned(given_facts: QuoteFacts) -> list[str]:
    return needed(plan_steps(DEFAULT_RULES, given_facts))


def test_the_default_policy_is_valid() -> None:
    check_rules(DEFAULT_RULES, ROLES)


@pytest.mark.parametrize(
    ("given_facts", "steps"),
    [
        (facts(), ["supervisor"]),
        (facts(line(500)), ["supervisor"]),
        (facts(line(501)), ["supervisor", "finance"]),
        (facts(line(1, 9_500)), ["supervisor"]),
        (facts(line(1, 9_499)), ["supervisor", "finance"]),
        (facts(terms=HALVES), ["supervisor", "legal"]),
        (facts(terms=MOSTLY_BEFORE), ["supervisor", "legal"]),
        (facts(is_high_risk=True), ["supervisor", "credit"]),
        (facts(line(2_001)), ["supervisor", "finance", "regional_manager"]),
        (facts(line(10_001)), ["supervisor", "finance", "regional_manager", "general_manager"]),
        (facts(currency_code="USD"), ["supervisor", "finance", "regional_manager", "general_manager"]),
    ],
)
def test_steps_follow_from_amount_discount_clauses_and_risk(given_facts: QuoteFacts, steps: list[str]) -> None:
    assert planned(given_facts) == steps


def test_legal_is_skipped_with_the_evidence_at_low_clause_risk() -> None:
    (legal,) = [step for step in plan_steps(DEFAULT_RULES, facts()) if step.name == "legal"]
    assert legal.state is StepState.SKIPPED
    assert "货到付款" in legal.why_zh
    assert "cash on delivery" in legal.why_en


@pytest.mark.parametrize(("terms", "silence"), [(HALVES, True), (MOSTLY_BEFORE, False)])
def test_silence_passes_legal_at_medium_risk_only(terms: PaymentTerms, silence: bool) -> None:
    steps = plan_steps(DEFAULT_RULES, facts(terms=terms))
    assert [step.passes_by_silence for step in steps] == [False, silence]


def test_only_supervisor_steps_name_a_person() -> None:
    steps = plan_steps(DEFAULT_RULES, facts(line(20_000), terms=HALVES, is_high_risk=True))
    assert {step.name: step.approver_id for step in steps if step.approver_id} == {"supervisor": "boss"}


@given(st.integers(1, 50_000), st.integers(1, 10_000), st.booleans(), st.integers(1, 50_000))
def test_more_money_never_needs_fewer_steps(quantity: int, price: int, is_high_risk: bool, more: int) -> None:
    small = facts(line(quantity, price), is_high_risk=is_high_risk)
    large = facts(line(quantity + more, price), is_high_risk=is_high_risk)
    assert set(planned(small)) <= set(planned(large))


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_lower_price_for_the_same_total_never_needs_fewer_steps(a: int, b: int) -> None:
    dear, cheap = (facts(replace(line(1, price), amount_minor=1)) for price in (max(a, b), min(a, b)))
    assert set(planned(dear)) <= set(planned(cheap))


ALWAYS = ApprovalRule("supervisor", "supervisor", always=True)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ((), "approval_policy.rules"),
        ((ApprovalRule("finance", "finance", amount_above_minor=1),), "approval_policy.rules"),
        ((ALWAYS, ALWAYS), "approval_policy.rules[1].step"),
        ((replace(ALWAYS, step="Chef!"),), "approval_policy.rules[0].step"),
        ((replace(ALWAYS, role="chef"),), "approval_policy.rules[0].role"),
        ((replace(ALWAYS, limit_hours=0),), "approval_policy.rules[0].limit_hours"),
        ((replace(ALWAYS, amount_above_minor=-1),), "approval_policy.rules[0].amount_above_minor"),
        ((replace(ALWAYS, discount_above_bp=10_001),), "approval_policy.rules[0].discount_above_bp"),
    ],
)
def test_wrong_policies_are_refused_with_their_field(rules: tuple[ApprovalRule, ...], field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_rules(rules, ROLES)
    assert refusal.value.field == field


def test_a_clause_rule_may_ask_for_high_risk_only() -> None:
    rules = (ALWAYS, ApprovalRule("legal", "legal", clause_risk_at_least=ClauseRisk.HIGH))
    assert needed(plan_steps(rules, facts(terms=HALVES))) == ["supervisor"]
    assert needed(plan_steps(rules, facts(terms=MOSTLY_BEFORE))) == ["supervisor", "legal"]
