"""Quotes as the caller may see them."""

from collections.abc import Sequence
from typing import Any

from chassis.pages import Page
from chassis.principal import Principal
from services.quotes.documents import Quote
from services.quotes.domain.errors import QuoteNotFound
from services.quotes.domain.lifecycle import QuoteState, is_submittable
from services.quotes.domain.steps import Steps, decidable_roles
from services.quotes.plan import plan_approval
from services.quotes.visibility import load_visible, visible_query


def get_quote(quote_id: str, *, by: Principal) -> Quote:
    """One quote; raises QuoteNotFound."""
    return load_visible(quote_id, by)


def list_quotes(
    page: Page, *, state: int, account_id: str, is_awaiting_me: bool, by: Principal
) -> tuple[Sequence[Quote], str]:
    """One page, newest first, and the token of the next one; 0 and "" do not filter."""
    filters: list[dict[str, Any]] = [visible_query(by)]
    if state:
        filters.append({"state": state})
    if account_id:
        filters.append({"account_id": account_id})
    if is_awaiting_me:
        filters.append(_awaiting(by))
    if page.after:
        filters.append({"_id": {"$lt": page.after[0]}})
    return page.cut(Quote.matching({"$and": filters}, limit=page.size + 1), lambda quote: (quote.id,))


def preview_approval(quote_id: str, *, by: Principal) -> tuple[Quote, Steps]:
    """The steps that a submission by the caller would open; for a submitted quote the steps it has."""
    quote = load_visible(quote_id, by)
    if is_submittable(quote.quote_state):
        return quote, plan_approval(quote, submitted_by=by.subject)
    return quote, quote.approval_steps


def find_version(quote: Quote, number: int) -> dict[str, Any]:
    """One frozen version (0: the newest); raises QuoteNotFound."""
    wanted = number or quote.current_version
    if not 1 <= wanted <= quote.current_version:
        raise QuoteNotFound("The quote has no such version.", field="quote_version")
    return quote.versions[wanted - 1]


def _awaiting(by: Principal) -> dict[str, Any]:
    """The open step is the caller's to decide: he is named, or has the role and is not involved himself."""
    not_involved = {"owner_id": {"$ne": by.subject}, "versions.submitted_by": {"$ne": by.subject}}
    has_role = {"awaiting_approver_id": "", "awaiting_role": {"$in": sorted(decidable_roles(by.roles))}, **not_involved}
    return {
        "state": int(QuoteState.IN_APPROVAL),
        "$or": [{"awaiting_approver_id": by.subject, **not_involved}, has_role],
    }
