"""Approval steps in series: one is open at a time; each is decided once, by somebody who may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from services.quotes.domain.errors import (
    InvalidValue,
    NotApprover,
    StepAlreadyDecided,
    SubmitterCannotApprove,
    VersionMismatch,
    WrongState,
)


class StepState(IntEnum):
    """The numbers are those of the contract."""

    WAITING = 1
    OPEN = 2
    APPROVED = 3
    RETURNED = 4
    REJECTED = 5
    SKIPPED = 6


class Decision(IntEnum):
    """What an approver may say; each is the state that its step then has."""

    APPROVED = StepState.APPROVED
    RETURNED = StepState.RETURNED
    REJECTED = StepState.REJECTED


@dataclass(frozen=True, slots=True)
class Step:
    """One approval. `approver_id` is set when only that person may decide; times are UTC."""

    name: str
    role: str
    state: StepState
    why_zh: str
    why_en: str
    limit_hours: int
    passes_by_silence: bool = False
    approver_id: str = ""
    decided_by: str = ""
    decide_time: datetime | None = None
    comment: str = ""
    due_time: datetime | None = None


Steps = tuple[Step, ...]

_SUPERVISOR = "supervisor"
_ABOVE_SUPERVISOR = frozenset({"regional_manager", "general_manager"})


def open_step(steps: Sequence[Step]) -> Step | None:
    """The step that waits for somebody now, if any."""
    return next((step for step in steps if step.state is StepState.OPEN), None)


def open_next(steps: Sequence[Step], at: datetime) -> Steps:
    """Open the first waiting step; its limit runs from `at` (UTC). Nothing changes when none waits."""
    waiting = next((step for step in steps if step.state is StepState.WAITING), None)
    if waiting is None:
        return tuple(steps)
    opened = replace(waiting, state=StepState.OPEN, due_time=at + timedelta(hours=waiting.limit_hours))
    return _replaced(steps, opened)


def is_complete(steps: Sequence[Step]) -> bool:
    """Every step is approved or was not needed."""
    return all(step.state in (StepState.APPROVED, StepState.SKIPPED) for step in steps)


def find_step(steps: Sequence[Step], name: str) -> Step:
    """The step of this name; raises InvalidValue."""
    for step in steps:
        if step.name == name:
            return step
    raise InvalidValue("The quote's current version has no such approval step.", field="step")


@dataclass(frozen=True, slots=True)
class Approver:
    """Who wants to decide, with his roles."""

    subject: str
    roles: Collection[str]


def decidable_roles(roles: Collection[str]) -> frozenset[str]:
    """The roles whose steps somebody with these roles decides where nobody is named.

    Whoever stands above a supervisor stands in for him: a team whose only supervisor is involved himself would
    otherwise wait for ever.
    """
    return frozenset(roles) | ({_SUPERVISOR} if _ABOVE_SUPERVISOR & set(roles) else frozenset())


def may_decide(step: Step, by: Approver, involved: Collection[str]) -> bool:
    """Whether this person decides this step; `involved` are the quote's owner and its submitter."""
    if by.subject in involved:
        return False
    return by.subject == step.approver_id if step.approver_id else step.role in decidable_roles(by.roles)


def check_version(read_version: int, current_version: int) -> None:
    """The approver must have read the current version; raises VersionMismatch."""
    if read_version != current_version:
        raise VersionMismatch(
            f"Version {current_version} is current, not {read_version}.", current_version=str(current_version)
        )


def decide(
    steps: Sequence[Step],
    name: str,
    decision: Decision,
    *,
    by: Approver,
    involved: Collection[str],
    comment: str,
    at: datetime,
) -> Steps | None:
    """The steps after this decision; the next one is opened by `open_next`.

    None when the same person repeats the same decision. Raises SubmitterCannotApprove, NotApprover,
    StepAlreadyDecided, WrongState (its turn has not come, or it was not needed), InvalidValue (no such step).
    """
    step = find_step(steps, name)
    if by.subject in involved:
        raise SubmitterCannotApprove("Nobody decides on his own quote or on one that he submitted.", step=name)
    if not may_decide(step, by, involved):
        raise NotApprover("This step is decided by somebody else.", step=name, role=step.role)
    if step.state in (StepState.APPROVED, StepState.RETURNED, StepState.REJECTED):
        if step.decided_by == by.subject and step.state.value == decision.value:
            return None
        raise StepAlreadyDecided("This step is decided.", step=name, decision=step.state.name.lower())
    if step.state is not StepState.OPEN:
        raise WrongState("This step is not open.", step=name, state=step.state.name)
    decided = replace(step, state=StepState(decision.value), decided_by=by.subject, decide_time=at, comment=comment)
    return _replaced(steps, decided)


SILENCE = "timer"


def pass_by_silence(steps: Sequence[Step], at: datetime) -> Steps:
    """Approve the open step because its time limit passed without a word (medium clause risk only)."""
    step = open_step(steps)
    if step is None or not step.passes_by_silence:
        return tuple(steps)
    passed = replace(
        step,
        state=StepState.APPROVED,
        decided_by=SILENCE,
        decide_time=at,
        comment="限时内无异议，默认通过 / No objection within the time limit",
    )
    return _replaced(steps, passed)


def _replaced(steps: Sequence[Step], changed: Step) -> Steps:
    return tuple(changed if step.name == changed.name else step for step in steps)
