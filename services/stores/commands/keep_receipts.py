"""Accepted receipts as documents: those of one batch and business day lie in one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from bson import Binary
from pymongo.client_session import ClientSession

from chassis.ids import new_id
from services.stores.baskets import baskets_of
from services.stores.commands.count_figures import FigureSums
from services.stores.commands.track_progress import FromTerminal
from services.stores.domain.business_day import place_in_time
from services.stores.domain.outcomes import Judgement, Outcome
from services.stores.domain.receipts import Kind, Receipt
from services.stores.ledger import Doc, Ledger, blocks_with, receipt_key
from services.stores.receipt_bytes import pack

PART_BYTES = 300_000
# A receipt, its hour of the week, its bytes and its flags.
Accepted = tuple[Receipt, int, bytes, tuple[str, ...]]


class Sent(FromTerminal, Protocol):
    """A batch with its receipts as bytes."""

    @property
    def bodies(self) -> Sequence[bytes]: ...


class Judged(Protocol):
    """What became of its receipts, in the same order."""

    @property
    def judged(self) -> Sequence[Judgement]: ...


def keep_receipts(
    counted: Iterable[tuple[Sent, Judged]],
    stores: Mapping[str, Doc],
    categories: Mapping[str, str],
    sums: FigureSums,
    ledger: Ledger,
    session: ClientSession,
) -> None:
    """Insert what was accepted and add the same to the sums."""
    kept, returns = [], []
    for batch, result in counted:
        store = stores[batch.store_id]
        time_zone, closing_hour = store["time_zone"], store["closing_hour"]
        days: dict[str, list[Accepted]] = defaultdict(list)
        for (receipt, outcome, _, flags), body in zip(result.judged, batch.bodies, strict=True):
            if outcome is not Outcome.ACCEPTED:
                continue
            day, hour = place_in_time(receipt.till_seconds // 60, time_zone, closing_hour)
            days[day].append((receipt, hour, body, flags))
            if receipt.kind is not Kind.SALE and receipt.original_number:
                returns.append(_return(batch, receipt, day))
        for day, accepted in days.items():
            for part in _parts(accepted):
                document = _document(batch, store, day, part, categories)
                kept.append(document)
                sums.add(document, [(receipt, hour) for receipt, hour, _, _ in part])
    if kept:
        ledger.batches.insert_many(kept, ordered=False, session=session)
    if returns:
        ledger.returns.insert_many(returns, ordered=False, session=session)


def _parts(accepted: Sequence[Accepted]) -> Iterator[Sequence[Accepted]]:
    """Nearly always one; receipts of thousands of lines are spread, so that no document grows past 1 MiB."""
    if sum([len(each[2]) for each in accepted]) <= PART_BYTES:
        yield accepted
        return
    part: list[Accepted] = []
    size = 0
    for each in accepted:
        if part and size + len(each[2]) > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(each)
        size += len(each[2])
    yield part


def _document(
    batch: Sent,
    store: Doc,
    day: str,
    accepted: Sequence[Accepted],
    categories: Mapping[str, str],
) -> Doc:
    key = batch.key
    receipts = [each[0] for each in accepted]
    numbers = [receipt.number for receipt in receipts]
    members_skus = {line[0] for receipt in receipts if receipt.member_id for line in receipt.lines}
    return {
        "_id": f"{key}/{day}/{numbers[0]}/{new_id()}",
        "key": key,
        "store_id": batch.store_id,
        "terminal_id": batch.terminal_id,
        "epoch": batch.epoch,
        "business_day": day,
        "place": [store["time_zone"], store["closing_hour"]],
        "receive_time": batch.receive_time,
        "numbers": numbers,
        "digests": Binary(b"".join([receipt.digest for receipt in receipts])),
        "body": Binary(pack([each[2] for each in accepted])),
        "flags": {str(receipt.number): list(flags) for receipt, _, _, flags in accepted if flags},
        "categories": [[sku, found] for sku in members_skus if (found := categories.get(sku))],
        "baskets": baskets_of(receipts),
        "blocks": blocks_with(key, numbers),
    }


def _return(batch: Sent, receipt: Receipt, day: str) -> Doc:
    return {
        "_id": receipt_key(batch.store_id, batch.terminal_id, batch.epoch, receipt.number),
        "original": receipt_key(
            receipt.original_store_id or batch.store_id,
            receipt.original_terminal_id or batch.terminal_id,
            receipt.original_epoch or batch.epoch,
            receipt.original_number,
        ),
        "store_id": batch.store_id,
        "business_day": day,
        "total_minor": receipt.total_minor,
        "receive_time": batch.receive_time,
    }
