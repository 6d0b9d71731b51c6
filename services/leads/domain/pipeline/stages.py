"""The stages of an opportunity, in order, and its states."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far a deal has come."""

    LEAD = "lead"
    PROPOSAL = "proposal"
    QUOTE = "quote"
    CONTRACT = "contract"
    PAYMENT = "payment"


class DealState(StrEnum):
    """Whether a deal is still worked on, and how it ended."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


STAGES = tuple(Stage)
_PLACE = {stage: number for number, stage in enumerate(STAGES)}


def is_before(one: Stage, other: Stage) -> bool:
    """True when `one` comes earlier on the way."""
    return _PLACE[one] < _PLACE[other]


def stages_up_to(stage: Stage) -> tuple[Stage, ...]:
    """All stages from the first to `stage`, itself included."""
    return STAGES[: _PLACE[stage] + 1]


def furthest(stage_times: Mapping[str, datetime]) -> Stage:
    """The furthest stage that was ever reached."""
    return max((Stage(name) for name in stage_times), key=_PLACE.__getitem__, default=Stage.LEAD)
