"""Customer-success tasks: planned, opened, completed."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.clocks import clock
from chassis.errors import field
from chassis.ids import derived_id
from services.billing import messages
from services.billing.config import settings
from services.billing.documents import Contract, SuccessTask
from services.billing.domain.errors import EvidenceMissing, TaskNotFound, WrongState
from services.billing.domain.success import TaskKind, TaskState
from services.billing.domain.values import free_text
from services.billing.queries.scopes import load_visible

OPEN = "open"
_LONGEST_EVIDENCE = 2_000
_HIDDEN = (TaskState.PLANNED, TaskState.DROPPED)


def plan_problem_check(contract: Contract, session: ClientSession) -> None:
    """Plan the check before the last instalment falls due, when that is known and still ahead."""
    due_times = [row.due_time for row in contract.instalments if row.due_time is not None]
    if due_times:
        open_time = settings().success_policy.problem_check_time(max(due_times))
        if open_time > contract.sign_time:
            _plan(contract, TaskKind.PROBLEM_CHECK, open_time, session)


def plan_satisfaction_call(contract: Contract, deliver_time: datetime, session: ClientSession) -> None:
    """Plan the call some days after delivery."""
    open_time = settings().success_policy.satisfaction_call_time(deliver_time)
    _plan(contract, TaskKind.SATISFACTION_CALL, open_time, session)


def open_follow_up(contract: Contract, payment_id: str, session: ClientSession) -> None:
    """Open the follow-up of a payment at once; one for each contract that it settles something of."""
    task = _new_task(contract, TaskKind.PAYMENT_FOLLOW_UP, payment_id)
    open_task(task, clock.now())
    task.commit(why=f"payment {payment_id} settled a receivable", session=session)


def open_task(task: SuccessTask, open_time: datetime) -> None:
    """Make a task visible and due; the caller commits."""
    task.state = TaskState.OPEN.value
    task.open_time = open_time
    task.due_time = settings().success_policy.due_time(open_time)
    task.emit(messages.success_task_opened(task))


def open_planned_task(task: SuccessTask, open_time: datetime) -> None:
    """What the deadline does: open the task, or drop a problem check that payment has made needless."""
    if task.kind == TaskKind.PROBLEM_CHECK and Contract.load(task.contract_id).is_paid:
        task.state = TaskState.DROPPED.value
    else:
        open_task(task, open_time)


def complete_success_task(task_id: str, evidence: str) -> SuccessTask:
    """Mark a task as done. Repeating it with the same evidence changes nothing.

    Raises TaskNotFound, EvidenceMissing, and WrongState when it was done with other evidence.
    """
    with field("evidence"):
        evidence = free_text(evidence.strip(), longest=_LONGEST_EVIDENCE)
    task = load_visible(SuccessTask, task_id)
    if task.state in _HIDDEN:
        raise TaskNotFound(task_id)
    if not evidence:
        raise EvidenceMissing("a task is done with evidence: what was said, agreed or delivered")
    if task.state == TaskState.DONE:
        if task.evidence != evidence:
            raise WrongState("the task is done already, with other evidence", task_state=task.state)
        return task
    now = clock.now()
    task.state = TaskState.DONE.value
    task.complete_time = now
    task.evidence = evidence
    is_in_time = task.due_time is not None and now <= task.due_time
    task.emit(messages.success_task_completed(task, is_in_time=is_in_time))
    task.commit()
    return task


def _plan(contract: Contract, kind: TaskKind, open_time: datetime, session: ClientSession) -> None:
    task = _new_task(contract, kind, contract.id)
    task.schedule(OPEN, open_time)
    task.commit(session=session)


def _new_task(contract: Contract, kind: TaskKind, cause: str) -> SuccessTask:
    return SuccessTask(
        id=derived_id("success_task", kind.value, contract.id, cause),
        kind=kind.value,
        contract_id=contract.id,
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        team_id=contract.team_id,
        region=contract.region,
    )
