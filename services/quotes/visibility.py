"""Which quotes the caller reaches."""

from typing import Any

from chassis.access import Scope, scope
from chassis.principal import Principal
from services.quotes.copies import Account
from services.quotes.documents import Quote
from services.quotes.domain.errors import QuoteNotFound

_NOTHING: dict[str, Any] = {"_id": {"$in": []}}


def visible_query(by: Principal) -> dict[str, Any]:
    """MongoDB query for the caller's rows: those of the operation's scope, his own, and those he is named to decide."""
    if scope() is Scope.ALL:
        return {}
    mine = [{"owner_id": by.subject}, {"approver_ids": by.subject}]
    match scope():
        case Scope.REGION if by.region:
            return {"$or": [*mine, {"region": by.region}]}
        case Scope.TEAM if by.team_id:
            return {"$or": [*mine, {"team_id": by.team_id}]}
        case Scope.STORES:
            return _NOTHING
        case _:
            return {"$or": mine}


def load_visible(quote_id: str, by: Principal) -> Quote:
    """The quote, if it is the caller's to see; otherwise the same QuoteNotFound as for one that does not exist."""
    quote = Quote.load(quote_id)
    if by.subject not in quote.approver_ids and not reaches(quote, by):
        raise QuoteNotFound("There is no such quote.")
    return quote


def reaches(row: Quote | Account, by: Principal) -> bool:
    """Whether an account or a quote lies in the caller's row scope."""
    if row.owner_id == by.subject and scope() is not Scope.STORES:
        return True
    match scope():
        case Scope.ALL:
            return True
        case Scope.REGION:
            return bool(by.region) and row.region == by.region
        case Scope.TEAM:
            return bool(by.team_id) and row.team_id == by.team_id
        case _:
            return False
