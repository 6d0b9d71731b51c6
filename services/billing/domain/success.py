"""Customer success: which tasks a contract starts, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class TaskKind(StrEnum):
    """What there is to do."""

    SATISFACTION_CALL = "satisfaction_call"
    PROBLEM_CHECK = "problem_check"
    PAYMENT_FOLLOW_UP = "payment_follow_up"


class TaskState(StrEnum):
    """PLANNED waits for its moment, DROPPED is no longer needed; nobody sees either."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    DONE = "DONE"
    DROPPED = "DROPPED"


@dataclass(frozen=True)
class SuccessPolicy:
    """Days after delivery, days before the end of the payment term, and how long a task may take."""

    satisfaction_call_days: int = 7
    problem_check_days: int = 5
    task_days: int = 2

    def satisfaction_call_time(self, deliver_time: datetime) -> datetime:
        """When to ask whether the customer is satisfied."""
        return deliver_time + timedelta(days=self.satisfaction_call_days)

    def problem_check_time(self, last_due_time: datetime) -> datetime:
        """When to look for problems before the last instalment is due."""
        return last_due_time - timedelta(days=self.problem_check_days)

    def due_time(self, open_time: datetime) -> datetime:
        """Until when a task opened at `open_time` is to be done."""
        return open_time + timedelta(days=self.task_days)


def needs_follow_up(*, was_overdue: bool, is_contract_paid: bool) -> bool:
    """Whether settling an instalment starts a follow-up: after a late payment, and after the last one."""
    return was_overdue or is_contract_paid
