"""The supervisor's board: the colour of a lead that waits for its first contact."""

from datetime import datetime
from enum import StrEnum


class WaitsFor(StrEnum):
    """Who has to do something before a lead that was assigned is contacted."""

    OWNER = "owner"
    CUSTOMER = "customer"
    SUPERVISOR = "supervisor"


class Colour(StrEnum):
    """Paused leads wait for their customer; green, yellow and red for their owner; stranded for the supervisor."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    STRANDED = "stranded"


def waits_for(*, is_paused: bool, is_stranded: bool) -> WaitsFor:
    """A stranded lead needs a decision, whatever else it waits for."""
    if is_stranded:
        return WaitsFor.SUPERVISOR
    return WaitsFor.CUSTOMER if is_paused else WaitsFor.OWNER


def colour_of(at: datetime, warn_time: datetime, due_time: datetime, waiting: WaitsFor) -> Colour:
    """Yellow from the warning on, red from the due minute on."""
    if waiting is WaitsFor.SUPERVISOR:
        return Colour.STRANDED
    if waiting is WaitsFor.CUSTOMER:
        return Colour.PAUSED
    if at >= due_time:
        return Colour.RED
    return Colour.YELLOW if at >= warn_time else Colour.GREEN
