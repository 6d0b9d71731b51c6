"""The supervisor's board: the colour of a lead that waits for its first contact."""

from datetime import datetime
from enum import StrEnum


class Colour(StrEnum):
    """Paused leads wait for their customer; green, yellow and red for their owner; stranded for the supervisor."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    STRANDED = "stranded"


def colour_of(at: datetime, warn_time: datetime, due_time: datetime, *, is_paused: bool, is_stranded: bool) -> Colour:
    """Yellow from the warning on, red from the due minute on."""
    if is_stranded:
        return Colour.STRANDED
    if is_paused:
        return Colour.PAUSED
    if at >= due_time:
        return Colour.RED
    return Colour.YELLOW if at >= warn_time else Colour.GREEN
