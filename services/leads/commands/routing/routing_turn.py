"""Routing decisions take turns.

Each decision is a transaction that reads the counters it changes, so two at once conflict and one runs again. Inside
one process it is cheaper to wait for the lock, between processes for the pool's lease. Correctness depends on neither.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pymongo.client_session import ClientSession

from chassis.documents import DuplicateValue, VersionConflict, transaction
from services.leads.commands.routing import pool_lease
from services.leads.commands.routing.pool_lease import LeaseLost

T = TypeVar("T")
TURN = threading.Lock()
TRIES = 5
LIMIT_S = 4.0


def decide(work: Callable[[ClientSession], T]) -> T:
    """Run `work` as one transaction, alone in this process. It may run several times.

    Raises VersionConflict also when another process opened the same account meanwhile: then decide again.
    """
    with TURN:
        return decide_in_turn(work)


def decide_in_pool(pool: str, work: Callable[[ClientSession], T]) -> T:
    """The same, alone in the pool: for what the routing policy decides."""
    with TURN:
        return decide_leased(pool, work)


def decide_leased(pool: str, work: Callable[[ClientSession], T], *, limit_s: float = LIMIT_S) -> T:
    """The same for a caller that holds the turn. The lease goes back with the transaction's last write."""
    for _ in range(TRIES):
        lease = pool_lease.take(pool)

        def fenced(session: ClientSession, lease: pool_lease.PoolLease = lease) -> T:
            result = work(session)
            lease.give_back(session)
            return result

        try:
            return decide_in_turn(fenced, limit_s=limit_s)
        except LeaseLost:
            continue
        except BaseException:
            _give_back_quietly(lease)
            raise
    raise VersionConflict(pool_lease.COLLECTION, pool)


def decide_in_turn(work: Callable[[ClientSession], T], *, limit_s: float = LIMIT_S) -> T:
    """Without a lease, for a caller that holds the turn."""
    try:
        return transaction(work, timeout_s=limit_s)
    except DuplicateValue as error:
        raise VersionConflict("accounts", "of the same company") from error


def _give_back_quietly(lease: pool_lease.PoolLease) -> None:
    """The decision failed for a reason of its own; should this fail too, the lease runs out."""
    with suppress(Exception):
        lease.give_back()
