"""Routing decisions of one process take turns.

Each decision is a transaction that reads the counters it changes, so two at once conflict and one runs again. Between
processes MongoDB sorts that out; inside one it is cheaper to wait. Correctness does not depend on it.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from pymongo.client_session import ClientSession

from chassis.documents import DuplicateValue, VersionConflict, transaction

T = TypeVar("T")
TURN = threading.Lock()


def decide(work: Callable[[ClientSession], T]) -> T:
    """Run `work` as one transaction, alone in this process. It may run several times.

    Raises VersionConflict also when another process opened the same account meanwhile: then decide again.
    """
    with TURN:
        return decide_in_turn(work)


def decide_in_turn(work: Callable[[ClientSession], T]) -> T:
    """The same for a caller that holds the turn."""
    try:
        return transaction(work)
    except DuplicateValue as error:
        raise VersionConflict("accounts", "of the same company") from error
