"""What becomes of each receipt of a batch: the heart of ingestion, as one pure function."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from services.stores.domain.numbers import MAX_GAP
from services.stores.domain.receipts import Kind, Receipt, refusal

AHEAD_TOLERANCE_SECONDS = 600
# A till whose clock goes back by more than this from one number to the next was wrong one of the two times.
BACK_TOLERANCE_SECONDS = 86_400


class Outcome(StrEnum):
    """ACCEPTED is counted; a DUPLICATE changes nothing; CONFLICT and REJECTED are kept apart, uncounted."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    REJECTED = "REJECTED"


class Flag(StrEnum):
    """What is odd about an accepted receipt; head office never stops a till for it."""

    UNKNOWN_SKU = "unknown_sku"
    UNKNOWN_MEMBER = "unknown_member"
    CLOCK_OFF = "clock_off"
    NUMBER_JUMP = "number_jump"
    ORIGINAL_MISSING = "original_missing"
    ORIGINAL_ELSEWHERE = "original_elsewhere"
    ORIGINAL_IS_NO_SALE = "original_is_no_sale"
    RETURNS_TOO_MUCH = "returns_too_much"
    RETURNED_BEFORE = "returned_before"
    TENDERS_DIFFER = "tenders_differ"


# Flags of returns and voids, which may change when more arrives.
RETURN_FLAGS = frozenset(
    flag.value
    for flag in (
        Flag.ORIGINAL_MISSING,
        Flag.ORIGINAL_ELSEWHERE,
        Flag.ORIGINAL_IS_NO_SALE,
        Flag.RETURNS_TOO_MUCH,
        Flag.RETURNED_BEFORE,
    )
)


class Judgement(NamedTuple):
    """A receipt with its outcome; `reason` is set for CONFLICT and REJECTED, `flags` for ACCEPTED."""

    receipt: Receipt
    outcome: Outcome
    reason: str = ""
    flags: tuple[str, ...] = ()


# As Judgement(...) does it, in half the time.
_judgement: Callable[[tuple[Receipt, Outcome, str, tuple[str, ...]]], Judgement] = partial(tuple.__new__, Judgement)


class Original(NamedTuple):
    """What is known about the receipt that a return or void refers to."""

    kind: Kind
    total_minor: int


@dataclass(slots=True)
class Known:
    """What the platform knows beside the batch, about one terminal and epoch.

    `digests` maps counted numbers to their content (at least those that the batch repeats), `originals` the
    identities that returns refer to, `returned` those identities to (identity of the return, amount) of the
    returns counted so far. `highest` is the highest counted number with its time (seconds).
    """

    store_id: str
    terminal_id: str
    epoch: int
    currency_code: str
    receive_seconds: int
    digests: Mapping[int, bytes]
    skus: Collection[str]
    members: Collection[str]
    originals: Mapping[str, Original] = field(default_factory=dict)
    returned: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    highest: tuple[int, int] = (0, 0)

    def key(self, receipt: Receipt) -> str:
        """The identity of a receipt of this terminal."""
        return f"{self.store_id}/{self.terminal_id}/{self.epoch}/{receipt.number}"

    def original_key(self, receipt: Receipt) -> str:
        """The identity of what it refers to; empty when it refers to nothing."""
        if not receipt.original_number:
            return ""
        store_id = receipt.original_store_id or self.store_id
        terminal_id = receipt.original_terminal_id or self.terminal_id
        return f"{store_id}/{terminal_id}/{receipt.original_epoch or self.epoch}/{receipt.original_number}"


def judge(receipts: Iterable[Receipt], known: Known) -> list[Judgement]:
    """The outcome of each receipt, in order; a receipt also counts as known for those after it.

    A rejected receipt never occupies its number, so a good one under the same number is accepted whichever
    of the two comes first.
    """
    digests = dict(known.digests)
    originals = dict(known.originals)
    returned = {key: dict(amounts) for key, amounts in known.returned.items()}
    receipts = list(receipts)
    referred = {known.original_key(receipt) for receipt in receipts if receipt.kind is not Kind.SALE}
    highest = known.highest
    currency_code, receive_seconds = known.currency_code, known.receive_seconds
    judgements = []
    for receipt in receipts:
        reason = refusal(receipt, currency_code=currency_code, receive_seconds=receive_seconds)
        if reason:
            judgements.append(Judgement(receipt, Outcome.REJECTED, reason))
            continue
        number = receipt.number
        counted = digests.get(number)
        if counted is not None:
            if counted == receipt.digest:
                judgements.append(Judgement(receipt, Outcome.DUPLICATE))
            else:
                judgements.append(Judgement(receipt, Outcome.CONFLICT, "CONTENT_DIFFERS"))
            continue
        digests[number] = receipt.digest
        flags = _flags(receipt, known, highest)
        if receipt.kind is not Kind.SALE:
            flags += tuple(return_flags(receipt, known, originals, returned))
            returned.setdefault(known.original_key(receipt), {})[known.key(receipt)] = receipt.total_minor
        if referred and (key := known.key(receipt)) in referred:
            originals[key] = Original(receipt.kind, receipt.total_minor)
        if number > highest[0]:
            highest = (number, receipt.till_seconds)
        judgements.append(_judgement((receipt, Outcome.ACCEPTED, "", flags)))
    return judgements


def _flags(receipt: Receipt, known: Known, highest: tuple[int, int]) -> tuple[str, ...]:
    flags: tuple[str, ...] = ()
    skus = known.skus
    for line in receipt.lines:
        if line[0] not in skus:
            flags += (Flag.UNKNOWN_SKU.value,)
            break
    if receipt.member_id and receipt.member_id not in known.members:
        flags += (Flag.UNKNOWN_MEMBER.value,)
    number, seconds = highest
    at, own = receipt.till_seconds, receipt.number
    if at > known.receive_seconds + AHEAD_TOLERANCE_SECONDS or (own > number and at < seconds - BACK_TOLERANCE_SECONDS):
        flags += (Flag.CLOCK_OFF.value,)
    if own > number + MAX_GAP + 1:
        flags += (Flag.NUMBER_JUMP.value,)
    if receipt.tenders:
        left = receipt.total_minor
        for _, amount in receipt.tenders:
            left -= amount
        if left:
            flags += (Flag.TENDERS_DIFFER.value,)
    return flags


def return_flags(
    receipt: Receipt, known: Known, originals: Mapping[str, Original], returned: Mapping[str, Mapping[str, int]]
) -> Iterator[str]:
    """What is odd about a return or void, as far as is known now; asked again later, more may be known."""
    key = known.original_key(receipt)
    original = originals.get(key)
    if original is None:
        yield Flag.ORIGINAL_MISSING.value
    if receipt.original_store_id not in ("", known.store_id):
        yield Flag.ORIGINAL_ELSEWHERE.value
    before = {other: amount for other, amount in returned.get(key, {}).items() if other != known.key(receipt)}
    if key and before:
        yield Flag.RETURNED_BEFORE.value
    if original is None:
        return
    if original.kind is Kind.VOID or (original.kind is Kind.RETURN and receipt.kind is Kind.RETURN):
        yield Flag.ORIGINAL_IS_NO_SALE.value
    elif abs(sum(before.values()) + receipt.total_minor) > abs(original.total_minor):
        yield Flag.RETURNS_TOO_MUCH.value
