"""The step machine: in series, one decision each, by somebody who may."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quotes.domain.errors import (
    InvalidValue,
    NotApprover,
    QuotesError,
    StepAlreadyDecided,
    SubmitterCannotApprove,
    VersionMismatch,
    WrongState,
)
from services.quotes.domain.policy import DEFAULT_RULES, plan_steps
from services.quotes.domain.steps import (
    Approver,
    Decision,
    Steps,
    StepState,
    check_version,
    decide,
    is_complete,
    open_next,
    open_step,
    pass_by_silence,
)
from services.quotes.domain.terms import PaymentTerms
from tests.quotes.made import HALVES, MOSTLY_BEFORE, NOON, facts, line

BOSS = Approver("boss", {"supervisor"})
FINANCE = Approver("fin", {"finance"})
LEGAL = Approver("law", {"legal"})
OWNER = Approver("seller", {"salesperson", "supervisor", "finance", "legal"})


def opened(*, terms: PaymentTerms = HALVES) -> Steps:
    """supervisor open, finance and legal waiting."""
    return open_next(plan_steps(DEFAULT_RULES, facts(line(600), terms=terms)), NOON)


def say(steps: Steps, name: str, by: Approver, decision: Decision = Decision.APPROVED) -> Steps | None:
    return decide(steps, name, decision, by=by, involved={"seller", ""}, comment="", at=NOON)


def test_steps_open_one_after_the_other() -> None:
    steps = opened()
    for name, by in (("supervisor", BOSS), ("finance", FINANCE), ("legal", LEGAL)):
        current = open_step(steps)
        assert current is not None
        assert current.name == name
        decided = say(steps, name, by)
        assert decided is not None
        steps = open_next(decided, NOON)
    assert is_complete(steps)


def test_the_limit_runs_from_the_opening() -> None:
    step = open_step(opened())
    assert step is not None
    assert step.due_time == NOON + timedelta(hours=24)


@pytest.mark.parametrize(
    ("name", "by", "error"),
    [
        ("supervisor", Approver("other", {"supervisor"}), NotApprover),
        ("supervisor", FINANCE, NotApprover),
        ("supervisor", OWNER, SubmitterCannotApprove),
        ("finance", FINANCE, WrongState),
        ("nonsense", BOSS, InvalidValue),
    ],
)
def test_nobody_else_decides_and_nobody_out_of_turn(name: str, by: Approver, error: type[QuotesError]) -> None:
    with pytest.raises(error):
        say(opened(), name, by)


def test_the_same_person_may_repeat_the_same_decision_and_nothing_changes() -> None:
    decided = say(opened(), "supervisor", BOSS)
    assert decided is not None
    assert say(decided, "supervisor", BOSS) is None


def test_a_second_and_other_decision_is_refused() -> None:
    decided = say(opened(), "supervisor", BOSS)
    assert decided is not None
    with pytest.raises(StepAlreadyDecided):
        say(decided, "supervisor", BOSS, Decision.REJECTED)
    finance_open = open_next(decided, NOON)
    finance_done = say(finance_open, "finance", FINANCE)
    assert finance_done is not None
    with pytest.raises(StepAlreadyDecided):
        say(finance_done, "finance", Approver("fin2", {"finance"}))


def test_the_approver_must_have_read_the_current_version() -> None:
    check_version(2, 2)
    with pytest.raises(VersionMismatch):
        check_version(1, 2)


def test_silence_passes_only_a_step_that_allows_it() -> None:
    for terms, passes in ((HALVES, True), (MOSTLY_BEFORE, False)):
        steps = opened(terms=terms)
        assert pass_by_silence(steps, NOON) == steps
        for name, by in (("supervisor", BOSS), ("finance", FINANCE)):
            decided = say(steps, name, by)
            assert decided is not None
            steps = open_next(decided, NOON)
        assert is_complete(pass_by_silence(steps, NOON)) is passes


NAMES = ("supervisor", "finance", "legal", "credit")


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from((BOSS, FINANCE, LEGAL, OWNER)), st.sampled_from(Decision))
    )
)
def test_whatever_people_try_the_order_holds(tries: list[tuple[str, Approver, Decision]]) -> None:
    steps = opened()
    for name, by, decision in tries:
        try:
            decided = say(steps, name, by, decision)
        except QuotesError:
            continue
        if decided is None:
            continue
        steps = open_next(decided, NOON) if decision is Decision.APPROVED else decided
        states = [step.state for step in steps]
        assert states.count(StepState.OPEN) <= 1
        first_undecided = next((i for i, s in enumerate(states) if s is not StepState.APPROVED), len(states))
        assert all(state is StepState.WAITING for state in states[first_undecided + 1 :])
        assert all(step.decided_by != "seller" for step in steps)
