"""What a proposal's page shows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PrintedItem:
    """One part of the solution."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PrintedProposal:
    """One proposal for one recipient; `time` is UTC."""

    number: str
    company: str
    recipient: str
    title: str
    text: str
    items: tuple[PrintedItem, ...]
    time: datetime
