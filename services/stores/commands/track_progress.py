"""Which numbers of each terminal are seen, and what is missing since when."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from pymongo import InsertOne, UpdateOne
from pymongo.client_session import ClientSession

from services.stores.domain.numbers import dated_gaps, merged_ranges, missed, with_numbers
from services.stores.domain.outcomes import Judgement, Outcome
from services.stores.domain.receipts import MAX_NUMBER
from services.stores.ledger import Doc, Ledger

_COUNTS = ("accepted", "duplicates", "conflicts", "rejected")


class FromTerminal(Protocol):
    """The part of a batch that says whose it is."""

    @property
    def store_id(self) -> str: ...
    @property
    def terminal_id(self) -> str: ...
    @property
    def epoch(self) -> int: ...
    @property
    def receive_time(self) -> datetime: ...
    @property
    def key(self) -> str: ...


class TerminalState:
    """The progress of one terminal and epoch while a transaction works on it."""

    def __init__(self, batch: FromTerminal, stored: Doc | None) -> None:
        self._is_new = stored is None
        self.key = batch.key
        self._identity = {
            "terminal": f"{batch.store_id}/{batch.terminal_id}",
            "store_id": batch.store_id,
            "terminal_id": batch.terminal_id,
            "epoch": batch.epoch,
        }
        stored = stored or {}
        self.seen = [(first, last) for first, last in stored.get("seen", ())]
        self.gaps = [(first, last, since) for first, last, since in stored.get("gaps", ())]
        # What people decided: jumps that are gaps, and numbers that will never come.
        self._confirmed = [(first, last) for first, last in stored.get("confirmed", ())]
        self._lost = merged_ranges((first, last) for first, last in stored.get("lost", ()))
        # The highest counted number with the till's time (seconds).
        number, seconds = stored.get("highest", (0, 0))
        self.highest: tuple[int, int] = (number, seconds)
        self._counts = dict.fromkeys(_COUNTS, 0) | stored.get("counts", {})
        self._heard_time: datetime = stored.get("heard_time", batch.receive_time)
        self._watermark_time: datetime | None = stored.get("watermark_time")

    def take(self, receive_time: datetime, judged: Sequence[Judgement]) -> None:
        """A batch was judged: each readable number is seen, also a rejected one, so that it is no gap."""
        self._heard_time = max(self._heard_time, receive_time)
        latest = 0
        for receipt, outcome, _, _ in judged:
            if outcome is Outcome.ACCEPTED:
                latest = max(latest, receipt.till_seconds)
                if receipt.number > self.highest[0]:
                    self.highest = (receipt.number, receipt.till_seconds)
        self.seen = with_numbers(
            self.seen, [receipt.number for receipt, *_ in judged if 1 <= receipt.number <= MAX_NUMBER]
        )
        self.gaps = dated_gaps(self.gaps, self.seen, receive_time)
        if (latest or not judged) and not self._is_missing():
            whole = min(receive_time, datetime.fromtimestamp(latest, UTC)) if latest else receive_time
            self._watermark_time = whole if self._watermark_time is None else max(self._watermark_time, whole)

    def _is_missing(self) -> bool:
        gaps = [(first, last) for first, last, _ in self.gaps]
        return bool(gaps) and bool(missed(gaps, confirmed=self._confirmed, lost=self._lost))

    def count(self, accepted: int, duplicates: int, conflicts: int, rejected: int) -> None:
        """Add to the receipts by outcome."""
        for name, value in zip(_COUNTS, (accepted, duplicates, conflicts, rejected), strict=True):
            self._counts[name] += value

    def write(self) -> InsertOne[Doc] | UpdateOne:
        """The change of the document. Of two transactions that change it the later one fails and starts again."""
        values: dict[str, Any] = {
            "seen": [list(each) for each in self.seen],
            "gaps": [list(each) for each in self.gaps],
            "highest": list(self.highest),
            "counts": self._counts,
            "heard_time": self._heard_time,
        }
        if self._watermark_time is not None:
            values["watermark_time"] = self._watermark_time
        if self._is_new:
            return InsertOne({"_id": self.key, **self._identity, **values, "version": 1})
        return UpdateOne({"_id": self.key}, {"$set": values, "$inc": {"version": 1}})


def load_progress(batches: Iterable[FromTerminal], ledger: Ledger, session: ClientSession) -> dict[str, TerminalState]:
    """The progress of every terminal that sent a batch."""
    senders = {batch.key: batch for batch in batches}
    stored = {found["_id"]: found for found in ledger.progress.find({"_id": {"$in": list(senders)}}, session=session)}
    return {key: TerminalState(batch, stored.get(key)) for key, batch in senders.items()}


def save_progress(states: Iterable[TerminalState], ledger: Ledger, session: ClientSession) -> None:
    """Write the progress of all of them."""
    ledger.progress.bulk_write([state.write() for state in states], ordered=False, session=session)
