"""The three-way match: contract, invoices and payments compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class MatchState(StrEnum):
    """Green, yellow, red."""

    MATCHED = "MATCHED"
    DOCUMENT_MISSING = "DOCUMENT_MISSING"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"


@dataclass(frozen=True)
class InstalmentFigures:
    """What was agreed, invoiced and paid for one instalment, in minor units."""

    number: int
    amount_minor: int
    invoiced_minor: int
    paid_minor: int


@dataclass(frozen=True)
class Match:
    """The verdict. Missing documents are named `invoice:1`, `payment:2`, `acceptance_document`."""

    state: MatchState
    difference_minor: int
    missing_documents: tuple[str, ...]


def match(instalments: Sequence[InstalmentFigures], *, is_accepted: bool, tolerance_minor: int) -> Match:
    """Compare what is there; a difference above the tolerance outranks a missing document.

    An instalment without invoice or payment misses a document; one that has it, over another amount, differs.
    """
    missing = [f"invoice:{each.number}" for each in instalments if each.invoiced_minor == 0]
    missing += [f"payment:{each.number}" for each in instalments if each.paid_minor == 0]
    if not is_accepted:
        missing.append("acceptance_document")
    difference = sum(_difference(each) for each in instalments)
    if difference > tolerance_minor:
        state = MatchState.AMOUNT_DIFFERS
    else:
        state = MatchState.DOCUMENT_MISSING if missing else MatchState.MATCHED
    return Match(state, difference, tuple(missing))


def spread(general_minor: int, instalments: Sequence[InstalmentFigures]) -> list[InstalmentFigures]:
    """Count what was invoiced for the whole contract towards its instalments, the first ones first."""
    result = []
    for each in instalments:
        part = min(general_minor, each.amount_minor - each.invoiced_minor)
        general_minor -= part
        result.append(InstalmentFigures(each.number, each.amount_minor, each.invoiced_minor + part, each.paid_minor))
    return result


def _difference(figures: InstalmentFigures) -> int:
    present = [amount for amount in (figures.invoiced_minor, figures.paid_minor) if amount > 0]
    return max((abs(figures.amount_minor - amount) for amount in present), default=0)
