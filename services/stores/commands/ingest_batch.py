"""Take batches of terminals into receipts, figures and the terminals' progress: all of them, once, or nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis import documents
from services.stores.commands.count_figures import FigureSums, add_figures
from services.stores.commands.find_counted import find_digests, find_originals
from services.stores.commands.keep_problems import keep_problems
from services.stores.commands.keep_receipts import keep_receipts
from services.stores.commands.known_names import KnownNames
from services.stores.commands.merge_parts import PartMerger
from services.stores.commands.track_progress import TerminalState, load_progress, save_progress
from services.stores.domain.outcomes import Judgement, Known, Original, Outcome, judge
from services.stores.domain.receipts import Kind, Receipt
from services.stores.ledger import Doc, Ledger, progress_key

TRANSACTION_TIMEOUT_S = 20.0
# Rivals that create the same document at once: the loser fails with a duplicate key and starts again.
CREATION_RETRIES = 8
DUPLICATE_KEY = 11_000


class StoreUnknown(Exception):
    """The batch names a store that is not here; no later try would change that by itself."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the edge vouches for: these receipts came from this terminal in this epoch at this (real) time.

    `bodies` are the receipts as bytes; outcomes are told to the edge process `edge_id` when there is one.
    """

    store_id: str
    terminal_id: str
    epoch: int
    receive_time: datetime
    receipts: Sequence[Receipt]
    bodies: Sequence[bytes]
    batch_sequence: int = 0
    edge_id: str = ""

    @property
    def key(self) -> str:
        """The terminal and epoch that the numbers belong to."""
        return progress_key(self.store_id, self.terminal_id, self.epoch)


@dataclass(slots=True)
class Counts:
    """Receipts of a batch by outcome, and each judgement; a problem that is known already counts nowhere."""

    judged: list[Judgement]
    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0


def ingest_batch(batch: Batch, ledger: Ledger, names: KnownNames) -> Counts:
    """Count one batch; see `ingest_batches`. Raises StoreUnknown."""
    counts = ingest_batches([batch], ledger, names)[0]
    if counts is None:
        raise StoreUnknown(batch.store_id)
    return counts


def ingest_batches(
    batches: Sequence[Batch], ledger: Ledger, names: KnownNames, merger: PartMerger | None = None
) -> list[Counts | None]:
    """Count the batches in one transaction; None for those of stores that are not here. `merger` is told what grows.

    Repeating any of them, in any order and from several processes, counts nothing twice: of two transactions that
    change the same document the later one fails and starts again, and each changes its terminals' progress.
    Raises pymongo's errors when the database cannot be reached (then nothing was written).
    """
    stores = names.stores(batch.store_id for batch in batches)
    taken = [batch for batch in batches if batch.store_id in stores]
    if not taken:
        return [None] * len(batches)
    names.learn(receipt for batch in taken for receipt in batch.receipts)

    def work(session: ClientSession) -> tuple[list[Counts], FigureSums]:
        return _Ingestion(taken, stores, names, ledger, session).run()

    for attempt in range(CREATION_RETRIES):
        try:
            counts, sums = documents.transaction(work, timeout_s=TRANSACTION_TIMEOUT_S)
            break
        except (DuplicateKeyError, BulkWriteError) as error:
            if attempt == CREATION_RETRIES - 1 or not _is_duplicate(error):
                raise
    if merger is not None:
        for store_id, day in sums.days:
            merger.added(store_id, day)
    counted = iter(counts)
    return [next(counted) if batch.store_id in stores else None for batch in batches]


def _is_duplicate(error: DuplicateKeyError | BulkWriteError) -> bool:
    if isinstance(error, DuplicateKeyError):
        return True
    failed = error.details.get("writeErrors", [])
    return bool(failed) and all(each["code"] == DUPLICATE_KEY for each in failed)


class _Ingestion:
    """One try of one transaction."""

    def __init__(
        self,
        batches: Sequence[Batch],
        stores: Mapping[str, Doc],
        names: KnownNames,
        ledger: Ledger,
        session: ClientSession,
    ) -> None:
        self._batches = batches
        self._stores = stores
        self._names = names
        self._ledger = ledger
        self._session = session

    def run(self) -> tuple[list[Counts], FigureSums]:
        """Read what must be known, judge, write."""
        ledger, session = self._ledger, self._session
        states = load_progress(self._batches, ledger, session)
        digests = find_digests(self._batches, states, ledger, session)
        knowns = [self._known(batch, states[batch.key], digests) for batch in self._batches]
        references = {
            known.original_key(receipt)
            for batch, known in zip(self._batches, knowns, strict=True)
            for receipt in batch.receipts
            if receipt.kind is not Kind.SALE and receipt.original_number
        }
        originals, returned = find_originals(references, ledger, session)
        counted = []
        for batch, known in zip(self._batches, knowns, strict=True):
            state = states[batch.key]
            known.originals, known.returned, known.highest = originals, returned, state.highest
            judged = judge(batch.receipts, known)
            counted.append(_counts(judged))
            state.take(batch.receive_time, judged)
            _learn(judged, known, digests[batch.key], references, originals, returned)
        results = list(zip(self._batches, counted, strict=True))
        sums = FigureSums()
        keep_receipts(results, self._stores, self._names.skus, sums, ledger, session)
        keep_problems(results, ledger, session)
        add_figures(sums, ledger, session)
        for batch, counts in results:
            states[batch.key].count(counts.accepted, counts.duplicates, counts.conflicts, counts.rejected)
        save_progress(states.values(), ledger, session)
        return counted, sums

    def _known(self, batch: Batch, state: TerminalState, digests: dict[str, dict[int, bytes]]) -> Known:
        return Known(
            store_id=batch.store_id,
            terminal_id=batch.terminal_id,
            epoch=batch.epoch,
            currency_code=self._stores[batch.store_id]["currency_code"],
            receive_seconds=int(batch.receive_time.timestamp()),
            digests=digests[batch.key],
            skus=self._names.skus,
            members=self._names.members,
        )


def _learn(
    judged: Sequence[Judgement],
    known: Known,
    digests: dict[int, bytes],
    references: Collection[str],
    originals: dict[str, Original],
    returned: dict[str, dict[str, int]],
) -> None:
    """What this batch adds to what the next batch of the same transaction must know."""
    for receipt, outcome, _, _ in judged:
        if outcome is not Outcome.ACCEPTED:
            continue
        digests[receipt.number] = receipt.digest
        if references:
            key = known.key(receipt)
            if key in references:
                originals[key] = Original(receipt.kind, receipt.total_minor)
            if receipt.kind is not Kind.SALE and receipt.original_number:
                returned.setdefault(known.original_key(receipt), {})[key] = receipt.total_minor


def _counts(judged: list[Judgement]) -> Counts:
    counts = Counts(judged)
    for judgement in judged:
        counts.accepted += judgement.outcome is Outcome.ACCEPTED
        counts.duplicates += judgement.outcome is Outcome.DUPLICATE
    return counts
