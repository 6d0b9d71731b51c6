"""The two times: business time, which may be moved outside production, and real time, which nobody moves."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import PyMongoError

_COLLECTION = "clock"
_ID = "business"
_READ_AGAIN_S = 0.1
_READ_AGAIN_AFTER_FAILURE_S = 1.0  # a database that is away must not delay everybody who asks for the time


class ClockCannotMove(Exception):
    """The business clock stands still in production, and never goes back elsewhere."""

    code = "FAILED_PRECONDITION"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.metadata: dict[str, str] = {}


def to_milliseconds(moment: datetime) -> datetime:
    """`moment` cut to what MongoDB stores, so that a value is the same before and after it was saved."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class RealClock:
    """Time for tokens, leases, retries and traces."""

    def now(self) -> datetime:
        """Aware UTC time, to the millisecond."""
        return to_milliseconds(datetime.now(UTC))

    def monotonic(self) -> float:
        """Seconds that only grow, for measuring and waiting."""
        return time.monotonic()


class BusinessClock:
    """Time for deadlines and validity: real time plus the offset that this service's database keeps.

    Unbound (pure tests, tools) it is real time.
    """

    def __init__(self, real: RealClock) -> None:
        self._real = real
        self._database: Database[dict[str, Any]] | None = None
        self._is_production = False
        self._offset = timedelta()
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._read_again_at = 0.0
        self._reading = threading.Lock()

    def bind(self, database: Database[dict[str, Any]], environment: str) -> None:
        """Keep the offset in `database`; in production there is no offset and nothing is read."""
        self._is_production = environment == "production"
        self._database = None if self._is_production else database
        self._offset = timedelta()
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._read_again_at = 0.0

    def now(self) -> datetime:
        """Aware UTC business time, to the millisecond; never earlier than told before in this process."""
        self._refresh()
        self._latest = max(self._latest, self._real.now() + self._offset)
        return self._latest

    def offset_ms(self) -> int:
        """Business time minus real time, in milliseconds."""
        self._refresh()
        return self._offset // timedelta(milliseconds=1)

    def set_offset(self, offset_ms: int) -> datetime:
        """Move the clock of this service and return its new time.

        Raises ClockCannotMove in production, or when `offset_ms` is smaller than the present one.
        """
        if self._is_production or self._database is None:
            raise ClockCannotMove("CLOCK_FIXED_IN_PRODUCTION", "the business clock cannot be moved here")
        stored = self._database[_COLLECTION].find_one_and_update(
            {"_id": _ID}, {"$max": {"offset_ms": offset_ms}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        self._take(stored)
        if self._offset > timedelta(milliseconds=offset_ms):
            raise ClockCannotMove("CLOCK_NEVER_GOES_BACK", "the business clock never goes back")
        return self.now()

    def _refresh(self) -> None:
        if self._database is None or self._real.monotonic() < self._read_again_at:
            return
        if not self._reading.acquire(blocking=False):
            return  # another thread is reading; the offset of 100 ms ago is good enough meanwhile
        try:
            self._read_again_at = self._real.monotonic() + _READ_AGAIN_S
            self._take(self._database[_COLLECTION].find_one({"_id": _ID}))
        except PyMongoError:
            self._read_again_at = self._real.monotonic() + _READ_AGAIN_AFTER_FAILURE_S
        finally:
            self._reading.release()

    def _take(self, stored: Mapping[str, Any] | None) -> None:
        self._offset = timedelta(milliseconds=stored["offset_ms"] if stored else 0)


real_clock = RealClock()
clock = BusinessClock(real_clock)
