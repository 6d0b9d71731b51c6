"""Counted receipts that a batch repeats or refers to; numbers that were never seen need no lookup."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from pymongo.client_session import ClientSession

from services.stores.commands.track_progress import FromTerminal, TerminalState
from services.stores.domain.numbers import contains
from services.stores.domain.outcomes import Original
from services.stores.domain.receipts import DIGEST_BYTES, Receipt
from services.stores.ledger import Doc, Ledger, block_of
from services.stores.receipt_bytes import receipt_from, to_bytes, unpack

_UNNEEDED = {"baskets": 0, "digests": 0, "categories": 0, "blocks": 0}


class WithReceipts(FromTerminal, Protocol):
    """A batch."""

    @property
    def receipts(self) -> Sequence[Receipt]: ...


def find_digests(
    batches: Iterable[WithReceipts], states: Mapping[str, TerminalState], ledger: Ledger, session: ClientSession
) -> dict[str, dict[int, bytes]]:
    """Digests by terminal (and epoch) and number of at least those counted receipts that the batches repeat."""
    blocks = set()
    digests: dict[str, dict[int, bytes]] = {}
    for batch in batches:
        key, seen = batch.key, states[batch.key].seen
        digests[key] = {}
        highest = seen[-1][1] if seen else 0
        for receipt in batch.receipts:
            if receipt.number <= highest and contains(seen, receipt.number):
                blocks.add(block_of(key, receipt.number))
    if blocks:
        wanted = {"key": 1, "numbers": 1, "digests": 1}
        for found in ledger.batches.find({"blocks": {"$in": list(blocks)}}, wanted, session=session):
            of_key, packed = digests[found["key"]], found["digests"]
            for index, number in enumerate(found["numbers"]):
                of_key[number] = packed[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES]
    return digests


def find_originals(
    references: Collection[str], ledger: Ledger, session: ClientSession | None = None
) -> tuple[dict[str, Original], dict[str, dict[str, int]]]:
    """What is known of the referred receipts, and the returns of each that were counted ({identity: amount})."""
    if not references:
        return {}, {}
    originals = {
        key: Original(receipt.kind, receipt.total_minor)
        for key, _, receipt in find_receipts(references, ledger, session)
    }
    returned: dict[str, dict[str, int]] = defaultdict(dict)
    for found in ledger.returns.find({"original": {"$in": list(references)}}, session=session):
        returned[found["original"]][found["_id"]] = found["total_minor"]
    return originals, dict(returned)


def find_receipts(
    keys: Collection[str], ledger: Ledger, session: ClientSession | None = None
) -> Iterator[tuple[str, Doc, Receipt]]:
    """Those of the identities that are counted, with the document that holds them."""
    parts = [key.rpartition("/") for key in keys]
    blocks = {block_of(prefix, int(number)) for prefix, _, number in parts}
    wanted = set(keys)
    for found in ledger.batches.find({"blocks": {"$in": list(blocks)}}, _UNNEEDED, session=session):
        prefix = found["key"]
        hits = [(index, key) for index, n in enumerate(found["numbers"]) if (key := f"{prefix}/{n}") in wanted]
        if hits:
            messages = unpack(found["body"])
            for index, key in hits:
                yield key, found, receipt_from(messages[index], to_bytes(messages[index]))
