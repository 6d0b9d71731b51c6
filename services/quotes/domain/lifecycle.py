"""The states of a quote, and what may be done in each."""

from enum import IntEnum

from services.quotes.domain.errors import WrongState
from services.quotes.domain.steps import Decision


class QuoteState(IntEnum):
    """The numbers are those of the contract."""

    DRAFT = 1
    IN_APPROVAL = 2
    RETURNED = 3
    REJECTED = 4
    APPROVED = 5
    SIGNED = 6


_EDITABLE = frozenset({QuoteState.DRAFT, QuoteState.RETURNED, QuoteState.APPROVED})
_SUBMITTABLE = frozenset({QuoteState.DRAFT, QuoteState.RETURNED})
_LINKED = frozenset({QuoteState.APPROVED, QuoteState.SIGNED})


def check_editable(state: QuoteState) -> None:
    """A draft, a returned or an approved quote may be edited; raises WrongState."""
    _check(state, _EDITABLE, "edited")


def check_submittable(state: QuoteState) -> None:
    """A draft or a returned quote may be submitted; raises WrongState."""
    _check(state, _SUBMITTABLE, "submitted")


def check_linked(state: QuoteState) -> None:
    """The sign link exists only after the last approval; raises WrongState."""
    _check(state, _LINKED, "signed by a link before its last approval")


def is_linked(state: QuoteState) -> bool:
    """Whether the current version has a sign link."""
    return state in _LINKED


def is_submittable(state: QuoteState) -> bool:
    """Whether the quote may be submitted."""
    return state in _SUBMITTABLE


def ended_by(decision: Decision) -> QuoteState | None:
    """The state that a return or a rejection leads to at once; None for an approval."""
    return {Decision.RETURNED: QuoteState.RETURNED, Decision.REJECTED: QuoteState.REJECTED}.get(decision)


def _check(state: QuoteState, allowed: frozenset[QuoteState], verb: str) -> None:
    if state not in allowed:
        raise WrongState(f"A quote in state {state.name} cannot be {verb}.", state=state.name)
