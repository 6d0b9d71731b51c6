"""Reading the suggestion box, which all of the staff see."""

from collections.abc import Sequence
from typing import Any

from chassis.pages import Page
from services.leads.documents import Suggestion
from services.leads.domain.attention.suggestion import SuggestionState
from services.leads.queries.accounts import Row
from services.leads.queries.attention.positions import after_largest, largest_position

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}


def list_suggestions(page: Page, *, state: SuggestionState | None, by_likes: bool) -> tuple[Sequence[Row], str]:
    """One page, the newest or the most liked first, and the next page's token."""
    where: list[dict[str, Any]] = [{"state": state.value}] if state is not None else [{}]
    if by_likes:
        where.append(after_largest("like_count", page))
    elif page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    order = [("like_count", -1), ("_id", -1)] if by_likes else [("_id", -1)]
    rows = list(Suggestion.collection().find({"$and": where}, _LEFT_OUT).sort(order).limit(page.size + 1))
    return page.cut(rows, largest_position("like_count") if by_likes else lambda row: (row["_id"],))
