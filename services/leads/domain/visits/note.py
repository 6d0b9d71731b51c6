"""What a visit's note says: rivals, purchase window, technical concerns, next action."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.leads.domain.visits.competitors import Competitor, Mention, Words, find_competitors
from services.leads.domain.visits.concerns import Concern, find_concerns
from services.leads.domain.visits.planned_action import PlannedAction, find_action
from services.leads.domain.visits.purchase_window import PurchaseWindow, find_window


@dataclass(frozen=True)
class ParsedNote:
    """The four fields; what the note does not say is empty or None."""

    competitors: tuple[Mention, ...]
    window: PurchaseWindow | None
    concerns: tuple[Concern, ...]
    action: PlannedAction | None


def parse_note(text: str, at: datetime, words: Words, dictionary: Sequence[Competitor]) -> ParsedNote:
    """Read a note that was written at `at` (UTC). `words` cuts Chinese text into words."""
    return ParsedNote(
        find_competitors(text, words, dictionary), find_window(text, at), find_concerns(text), find_action(text, at)
    )
