"""Whose turn it is to route the leads of a pool: one fenced lease for each pool, which is a region.

Processes that decide about one pool at once would read the same counters and run again and again. The lease lets one
go ahead. It is given back in the transaction of the decision itself, which checks the fencing token: who was overtaken,
because the lease ran out meanwhile, finds another token there and writes nothing. So the lease saves work, and the
transaction decides what is right. Times are real ones.
"""

import os
import random
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis import database
from chassis.clocks import real_clock
from chassis.documents import VersionConflict

COLLECTION = "routing_leases"
HELD_FOR = timedelta(seconds=6)  # longer than a decision may take
WAIT_LIMIT_S = 20.0
_POLL_S = 0.004
_YIELD_S = 0.02
_FREE = datetime(1970, 1, 1, tzinfo=UTC)
_ME = f"{socket.gethostname()}:{os.getpid()}"


class LeaseLost(Exception):
    """Another process has the lease by now: take it again, and decide again."""


@dataclass(frozen=True)
class PoolLease:
    """The lease of a pool, held under a fencing token that no earlier and no later holder has."""

    pool: str
    token: int

    def give_back(self, session: ClientSession | None = None) -> None:
        """The last write of the decision. Raises LeaseLost when somebody else was given the lease meanwhile."""
        done = _leases().update_one(
            {"_id": self.pool, "token": self.token},
            # A new token also after use: one that was lost in a failover cannot come twice.
            {"$set": {"held_until": _FREE, "last_holder": _ME}, "$inc": {"token": 1}},
            session=session,
        )
        if not done.matched_count:
            raise LeaseLost(self.pool)


def take(pool: str) -> PoolLease:
    """Wait for the lease of the pool. Raises VersionConflict after WAIT_LIMIT_S seconds.

    Who had it last lets those go first who wait for it: a bulk routing must not starve single decisions.
    """
    give_up_at = time.monotonic() + WAIT_LIMIT_S
    is_waiting = False
    while time.monotonic() < give_up_at:
        lease = _try_to_take(pool, is_waiting=is_waiting)
        if lease is not None:
            return lease
        if not is_waiting:
            _wishes().update_one({"_id": pool}, {"$set": {"by": _ME, "time": real_clock.now()}}, upsert=True)
        is_waiting = True
        time.sleep(_POLL_S * random.uniform(0.5, 1.5))  # noqa: S311 - spreads, protects nothing
    raise VersionConflict(COLLECTION, pool)


def _try_to_take(pool: str, *, is_waiting: bool) -> PoolLease | None:
    now = real_clock.now()
    found = _leases().find_one_and_update(
        {"_id": pool, "held_until": {"$lte": now}},
        {"$set": {"held_until": now + HELD_FOR, "holder": _ME}, "$inc": {"token": 1}},
        return_document=ReturnDocument.AFTER,
    )
    if found is None:
        return _first_lease(pool, now)
    if is_waiting:
        _wishes().delete_one({"_id": pool, "by": _ME})
    elif found.get("last_holder") == _ME and _is_wished_by_others(pool, now):
        PoolLease(pool, found["token"]).give_back()
        time.sleep(_YIELD_S)
        return _try_to_take(pool, is_waiting=True)
    return PoolLease(pool, found["token"])


def _first_lease(pool: str, now: datetime) -> PoolLease | None:
    """A pool that nobody routed before; None when somebody holds it."""
    if _leases().find_one({"_id": pool}, {"_id": 1}):
        return None
    try:
        _leases().insert_one({"_id": pool, "token": 1, "held_until": now + HELD_FOR, "holder": _ME})
    except DuplicateKeyError:
        return None
    return PoolLease(pool, 1)


def _is_wished_by_others(pool: str, now: datetime) -> bool:
    wish = _wishes().find_one({"_id": pool})
    return wish is not None and wish["by"] != _ME and wish["time"] > now - timedelta(seconds=1)


def _leases() -> Collection[dict[str, Any]]:
    # A lease need not survive a failover, so it does not wait for the majority; a transaction waits as it always does.
    return database.current().get_collection(COLLECTION, write_concern=WriteConcern(1))


def _wishes() -> Collection[dict[str, Any]]:
    return database.current().get_collection("routing_lease_wishes", write_concern=WriteConcern(1))
