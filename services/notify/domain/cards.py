"""How a task card moves: open -> acknowledged -> done, and escalated when nobody reacted."""

from dataclasses import dataclass
from enum import StrEnum

from services.notify.domain.errors import WrongState


class CardState(StrEnum):
    """Where a card stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Moved:
    """The state after an event, and whether the event changes the card at all."""

    state: CardState
    changes: bool


def after_event(state: CardState | None, level: int, new_level: int, escalates_at: int) -> Moved:
    """An event of `new_level` on a card of `level` (state None: there is no card yet).

    A done card stays done, and an event that is not higher changes nothing: it was delivered twice or late.
    """
    if state is CardState.DONE or (state is not None and new_level <= level):
        return Moved(state, changes=False)
    return Moved(CardState.ESCALATED if new_level >= escalates_at else CardState.OPEN, changes=True)


def after_acknowledge(state: CardState) -> Moved:
    """Somebody has seen it and takes care. Raises WrongState when it is done."""
    if state is CardState.DONE:
        raise WrongState(state)
    return Moved(CardState.ACKNOWLEDGED, changes=state is not CardState.ACKNOWLEDGED)


def after_complete(state: CardState) -> Moved:
    """The work is done; doing it again changes nothing."""
    return Moved(CardState.DONE, changes=state is not CardState.DONE)
