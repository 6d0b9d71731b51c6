"""The suggestion box: ideas of the staff, under their names: who likes or answers one wants to know whose it is."""

from enum import StrEnum

from services.leads.domain.attention.checks import words
from services.leads.domain.errors import FieldProblem

TITLE_CHARS, TEXT_CHARS, ANSWER_CHARS = 200, 4_000, 2_000


class SuggestionState(StrEnum):
    """How far an idea has come."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


def check_answer(text: str, state: SuggestionState | None) -> tuple[str, SuggestionState]:
    """The answer, with the state it leads to. Raises FieldProblem."""
    if state is None or state is SuggestionState.OPEN:
        raise FieldProblem(
            "state", "NOT_AN_ANSWER", "须为已答复、采纳或不采纳", "must be answered, accepted or declined"
        )
    return words("text", text, ANSWER_CHARS), state
