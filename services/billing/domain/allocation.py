"""Which receivables a payment pays: by reference, by exact amount, oldest first; the rest stays unapplied."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_UNKNOWN_DUE_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Receivable:
    """One instalment with something left to pay, in the payment's currency."""

    contract_id: str
    instalment_number: int
    outstanding_minor: int
    due_time: datetime | None
    # Numbers whose appearance in a remittance text means this receivable.
    references: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Allocation:
    """A part of a payment given to one receivable, and the rule that gave it."""

    contract_id: str
    instalment_number: int
    amount_minor: int
    rule: str


def allocate(
    amount_minor: int, receivables: Sequence[Receivable], remittance_text: str
) -> tuple[list[Allocation], int]:
    """Divide a payment; returns the allocations and what stays unapplied.

    Never gives a receivable more than is outstanding, and nothing is lost: allocations and rest add up to the payment.
    """
    named = _mentions(remittance_text)
    oldest_first = sorted(receivables, key=_age)
    left = {_key(each): each.outstanding_minor for each in oldest_first}
    allocations: list[Allocation] = []

    def give(chosen: Iterable[Receivable], rule: str, rest: int) -> int:
        for receivable in chosen:
            part = min(rest, left[_key(receivable)])
            if part > 0:
                left[_key(receivable)] -= part
                rest -= part
                allocations.append(Allocation(receivable.contract_id, receivable.instalment_number, part, rule))
        return rest

    rest = give((each for each in oldest_first if any(map(named, each.references))), "reference", amount_minor)
    exact = next((each for each in oldest_first if left[_key(each)] == rest > 0), None)
    rest = give([exact] if exact else [], "exact_amount", rest)
    return allocations, give(oldest_first, "oldest_first", rest)


def _key(receivable: Receivable) -> tuple[str, int]:
    return receivable.contract_id, receivable.instalment_number


def _age(receivable: Receivable) -> tuple[datetime, str, int]:
    return receivable.due_time or _UNKNOWN_DUE_TIME, *_key(receivable)


def _mentions(text: str) -> Callable[[str], bool]:
    """Whether a number stands in the text by itself, not as a part of a longer one.

    Banks deliver full-width characters and any case, so both sides are folded.
    """
    folded = _fold(text)

    def mentions(number: str) -> bool:
        wanted = _fold(number)
        start = folded.find(wanted) if wanted else -1
        while start >= 0:
            end = start + len(wanted)
            if not _continues(folded[start - 1 : start]) and not _continues(folded[end : end + 1]):
                return True
            start = folded.find(wanted, start + 1)
        return False

    return mentions


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _continues(character: str) -> bool:
    # Chinese characters touch numbers without a space, so only Latin letters and digits make a number longer.
    return character.isascii() and character.isalnum()
