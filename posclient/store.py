"""What a till keeps on its own disk: who it is, and every receipt until the platform has it."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from saleloop.pos.v1 import pos_service_pb2 as pos

_SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (
    one INTEGER PRIMARY KEY CHECK (one = 1), private_key BLOB NOT NULL, store_id TEXT NOT NULL, terminal_id TEXT NOT NULL, epoch INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS pending_key (one INTEGER PRIMARY KEY CHECK (one = 1), private_key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (place INTEGER PRIMARY KEY, number INTEGER NOT NULL, body BLOB NOT NULL, batch INTEGER);
CREATE INDEX IF NOT EXISTS waiting_batch ON waiting (batch, place);
CREATE TABLE IF NOT EXISTS handed_over (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refused (number INTEGER NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL);
"""  # noqa: E501  # reads better as one line for each table


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the till is; `private_key` is the raw Ed25519 seed and never leaves the till."""

    private_key: bytes
    store_id: str
    terminal_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Receipts that travel together, under the same sequence until they are acknowledged."""

    sequence: int
    bodies: tuple[bytes, ...]


class LocalStore:
    """One sqlite file for each till; every method is one transaction, on disk when it returns.

    The last `keep` receipts that were handed over stay, in case the platform misses some. Not for several threads
    at once.
    """

    def __init__(self, path: Path | str, *, batch_size: int = 100, keep: int = 10_000) -> None:
        self._sql = sqlite3.connect(path)
        self._batch_size, self._keep = batch_size, keep
        self._sql.execute("PRAGMA journal_mode=WAL")
        self._sql.execute("PRAGMA synchronous=FULL")
        self._sql.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; nothing is lost."""
        self._sql.close()

    def identity(self) -> Identity | None:
        """Who the till is; None before it was enrolled."""
        row = self._sql.execute("SELECT private_key, store_id, terminal_id, epoch FROM identity").fetchone()
        return Identity(*row) if row else None

    def pending_key(self, fresh: bytes) -> bytes:
        """The key of an enrolment whose answer never came, else `fresh`, which is pending from now on."""
        with self._sql:
            self._sql.execute("INSERT OR IGNORE INTO pending_key VALUES (1, ?)", (fresh,))
        return bytes(self._sql.execute("SELECT private_key FROM pending_key").fetchone()[0])

    def require_drained(self) -> None:
        """Raises RuntimeError while receipts of an epoch wait: their numbers belong to it."""
        if self.identity() is not None and self.waiting_count():
            raise RuntimeError("hand over the waiting receipts before the till enrols again")

    def keep_identity(self, identity: Identity) -> None:
        """Keep what enrolment answered. A new epoch numbers its receipts from 1. Raises as `require_drained`."""
        before = self.identity()
        is_new_epoch = before is not None and before.epoch != identity.epoch
        if is_new_epoch:
            self.require_drained()
        with self._sql:
            self._sql.execute("DELETE FROM pending_key")
            self._sql.execute(
                "INSERT OR REPLACE INTO identity VALUES (1, ?, ?, ?, ?)",
                (identity.private_key, identity.store_id, identity.terminal_id, identity.epoch),
            )
            if is_new_epoch:
                self._sql.execute("DELETE FROM counters WHERE name IN ('number', 'batch')")
                self._sql.execute("DELETE FROM handed_over")

    def add(self, receipts: Iterable[pos.Receipt]) -> list[int]:
        """Number the receipts consecutively and keep them until they are acknowledged; returns the numbers."""
        numbers = []
        with self._sql:
            last = self._counter("number")
            for receipt in receipts:
                last += 1
                numbered = pos.Receipt()
                numbered.CopyFrom(receipt)
                numbered.number = last
                self._insert(numbered)
                numbers.append(last)
            self._set_counter("number", last)
        return numbers

    def add_again(self, receipts: Iterable[pos.Receipt]) -> None:
        """Send receipts with the numbers that they have: a till restored from a backup does not know better."""
        with self._sql:
            for receipt in receipts:
                self._insert(receipt)

    def waiting_count(self) -> int:
        """Receipts that are not acknowledged yet."""
        return int(self._sql.execute("SELECT COUNT(*) FROM waiting").fetchone()[0])

    def next_batch(self, after: int = 0) -> Batch | None:
        """The batch with the lowest sequence above `after`; receipts without a batch become one when there is none."""
        row = self._sql.execute("SELECT MIN(batch) FROM waiting WHERE batch > ?", (after,)).fetchone()
        sequence = row[0] if row[0] is not None else self._form_batch(self._batch_size)
        if sequence is None:
            return None
        rows = self._sql.execute("SELECT body FROM waiting WHERE batch = ? ORDER BY place", (sequence,)).fetchall()
        return Batch(sequence, tuple(body for (body,) in rows))

    def acknowledge(self, sequence: int) -> None:
        """The platform has the batch for good."""
        with self._sql:
            self._hand_over("batch = ?", sequence)

    def skip_counted(self, high_water_mark: int) -> int:
        """Forget what was on its way and is counted already: an acknowledgement was lost. Returns how many receipts.

        Only what had become a batch: a till that was restored from a backup uses numbers again, and those receipts
        must reach the platform, which finds the contradiction.
        """
        with self._sql:
            return self._hand_over("batch IS NOT NULL AND number <= ?", high_water_mark)

    def want(self, first: int, last: int) -> int:
        """The platform misses these numbers: send again what is still here. Returns how many receipts."""
        with self._sql:
            return self._sql.execute(
                "INSERT INTO waiting (number, body) SELECT number, body FROM handed_over WHERE number BETWEEN ? AND ?"
                " AND number NOT IN (SELECT number FROM waiting)",
                (first, last),
            ).rowcount

    def split(self, sequence: int) -> None:
        """The batch is too large: send its halves. A single receipt that is too large is set aside."""
        places = self._places(sequence)
        if len(places) <= 1:
            self.set_aside(sequence, "TOO_LARGE")
            return
        with self._sql:
            for half in (places[: len(places) // 2], places[len(places) // 2 :]):
                self._assign(half)

    def set_aside(self, sequence: int, reason: str) -> None:
        """The platform will never take the batch: keep it for a person to look at."""
        with self._sql:
            self._sql.execute(
                "INSERT INTO refused SELECT number, body, ? FROM waiting WHERE batch = ?", (reason, sequence)
            )
            self._sql.execute("DELETE FROM waiting WHERE batch = ?", (sequence,))

    def refused(self) -> list[tuple[int, str]]:
        """Number and reason of the receipts that were set aside."""
        return [(number, reason) for number, reason in self._sql.execute("SELECT number, reason FROM refused")]

    def _hand_over(self, which: str, value: int) -> int:
        """Move what fits from `waiting` to `handed_over`. `which` is one of the two conditions above."""
        if self._keep:
            kept = f"INSERT OR REPLACE INTO handed_over SELECT number, body FROM waiting WHERE {which}"  # noqa: S608 - our own words, values are bound
            self._sql.execute(kept, (value,))
            oldest = "(SELECT MAX(number) - ? FROM handed_over)"
            self._sql.execute(f"DELETE FROM handed_over WHERE number <= {oldest}", (self._keep,))  # noqa: S608 - our own words, values are bound
        return self._sql.execute(f"DELETE FROM waiting WHERE {which}", (value,)).rowcount  # noqa: S608 - our own words, values are bound

    def _form_batch(self, size: int) -> int | None:
        rows = self._sql.execute("SELECT place FROM waiting WHERE batch IS NULL ORDER BY place LIMIT ?", (size,))
        places = [place for (place,) in rows]
        if not places:
            return None
        with self._sql:
            return self._assign(places)

    def _assign(self, places: Sequence[int]) -> int:
        sequence = self._counter("batch") + 1
        self._set_counter("batch", sequence)
        self._sql.executemany("UPDATE waiting SET batch = ? WHERE place = ?", [(sequence, place) for place in places])
        return sequence

    def _places(self, sequence: int) -> list[int]:
        rows = self._sql.execute("SELECT place FROM waiting WHERE batch = ? ORDER BY place", (sequence,))
        return [place for (place,) in rows]

    def _insert(self, receipt: pos.Receipt) -> None:
        self._sql.execute(
            "INSERT INTO waiting (number, body) VALUES (?, ?)", (receipt.number, receipt.SerializeToString())
        )

    def _counter(self, name: str) -> int:
        row = self._sql.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def _set_counter(self, name: str, value: int) -> None:
        self._sql.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, value))
