"""How many deals a salesperson won and lost in each segment: counters beside the person's version."""

from pymongo.client_session import ClientSession

from services.leads.documents import Salesperson

_NO_SEGMENT = "-"


def count_outcome(owner_id: str, segment: str, won: bool, session: ClientSession) -> None:
    """One more deal of this segment won, or lost."""
    _add(owner_id, segment, won, 1, session)


def take_back_outcome(owner_id: str, segment: str, won: bool, session: ClientSession) -> None:
    """Take back what `count_outcome` counted: the deal was reopened."""
    _add(owner_id, segment, won, -1, session)


def _add(owner_id: str, segment: str, won: bool, number: int, session: ClientSession) -> None:
    # A dot or dollar would be read as a path.
    key = segment.replace(".", "．").replace("$", "＄") or _NO_SEGMENT
    path = f"outcomes.{key}.{'won' if won else 'lost'}"
    Salesperson.collection().update_one({"_id": owner_id}, {"$inc": {path: number}}, session=session)
