"""What becomes of each receipt of a batch: the heart of ingestion, as one pure function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.stores.domain.receipts import Kind, Receipt, digest, refusal

CLOCK_TOLERANCE = timedelta(minutes=10)


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
    ORIGINAL_MISSING = "original_missing"
    TENDERS_DIFFER = "tenders_differ"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A receipt with its outcome; `reason` is set for REJECTED, `flags` for ACCEPTED."""

    receipt: Receipt
    digest: str
    outcome: Outcome
    reason: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the platform knows beside the batch. `digests` maps the epoch's counted numbers to their content."""

    currency_code: str
    receive_time: datetime
    digests: Mapping[int, str]
    skus: frozenset[str]
    members: frozenset[str]


def judge(receipts: Iterable[Receipt], known: Known) -> list[Judgement]:
    """The outcome of each receipt, in order; a receipt also counts as known for those after it.

    A rejected receipt never occupies its number, so a good one under the same number is accepted whichever
    of the two comes first.
    """
    digests = dict(known.digests)
    judgements = []
    for receipt in receipts:
        judgement = _judge_one(receipt, known, digests)
        if judgement.outcome is Outcome.ACCEPTED:
            digests[receipt.number] = judgement.digest
        judgements.append(judgement)
    return judgements


def _judge_one(receipt: Receipt, known: Known, digests: Mapping[int, str]) -> Judgement:
    own = digest(receipt)
    reason = refusal(receipt, currency_code=known.currency_code, receive_time=known.receive_time)
    if reason:
        return Judgement(receipt, own, Outcome.REJECTED, reason=reason)
    counted = digests.get(receipt.number)
    if counted == own:
        return Judgement(receipt, own, Outcome.DUPLICATE)
    if counted is not None:
        return Judgement(receipt, own, Outcome.CONFLICT, reason="CONTENT_DIFFERS")
    return Judgement(receipt, own, Outcome.ACCEPTED, flags=tuple(_flags(receipt, known, digests)))


def _flags(receipt: Receipt, known: Known, digests: Mapping[int, str]) -> Iterable[str]:
    if any(line.sku not in known.skus for line in receipt.lines):
        yield Flag.UNKNOWN_SKU.value
    if receipt.member_id and receipt.member_id not in known.members:
        yield Flag.UNKNOWN_MEMBER.value
    if receipt.till_time > known.receive_time + CLOCK_TOLERANCE:
        yield Flag.CLOCK_OFF.value
    if receipt.kind is not Kind.SALE and receipt.original_number not in digests:
        yield Flag.ORIGINAL_MISSING.value
    if receipt.tenders and sum(t.amount_minor for t in receipt.tenders) != receipt.total_minor:
        yield Flag.TENDERS_DIFFER.value
