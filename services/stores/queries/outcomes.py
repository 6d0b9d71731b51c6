"""What became of receipts, asked for after the fact."""

from collections.abc import Iterator

from services.stores.domain.outcomes import Outcome
from services.stores.domain.receipts import MAX_NUMBER
from services.stores.ledger import Doc, Ledger, blocks_of, progress_key
from services.stores.queries.visible_stores import require_visible_store

MAX_NUMBERS = 10_000
# Number, outcome, reason, flags.
Told = tuple[int, Outcome, str, tuple[str, ...]]


def list_outcomes(store_id: str, terminal_id: str, epoch: int, first: int, last: int) -> list[Told]:
    """Of all numbers from `first` to `last` that came, in their order; a repeated one is told once.

    Raises ValueError for a range that is empty or too long, and StoreNotFound.
    """
    if not 1 <= first <= last <= MAX_NUMBER or last - first >= MAX_NUMBERS:
        raise ValueError(f"1 to {MAX_NUMBERS} numbers, from 1 to 2^53")
    require_visible_store(store_id)
    ledger = Ledger()
    key = progress_key(store_id, terminal_id, epoch)
    terminal = {"store_id": store_id, "terminal_id": terminal_id, "epoch": epoch}
    fields = {"numbers": 1, "flags": 1}
    told = [
        each
        for found in ledger.batches.find({"blocks": {"$in": blocks_of(key, first, last)}}, fields)
        for each in _accepted(found)
    ]
    problems = ledger.problems.find({**terminal, "number": {"$gte": first, "$lte": last}}, {"body": 0})
    told += [(found["number"], Outcome(found["outcome"]), found["reason"], ()) for found in problems]
    return sorted(each for each in told if first <= each[0] <= last)


def _accepted(found: Doc) -> Iterator[Told]:
    for number in found["numbers"]:
        yield number, Outcome.ACCEPTED, "", tuple(found["flags"].get(str(number), ()))
