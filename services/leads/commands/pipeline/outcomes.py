"""How many deals a salesperson won and lost in each segment: counters beside the person's version."""

from pymongo.client_session import ClientSession

from services.leads.documents import Salesperson


def count_outcome(owner_id: str, segment: str, won: bool, *, session: ClientSession | None = None) -> None:
    """A deal of the owner was won or lost in this segment; part of the transaction that closes the deal."""
    _add(owner_id, segment, won, 1, session)


def take_back_outcome(owner_id: str, segment: str, won: bool, *, session: ClientSession | None = None) -> None:
    """Take back what `count_outcome` counted: the deal was reopened."""
    _add(owner_id, segment, won, -1, session)


def _add(owner_id: str, segment: str, won: bool, number: int, session: ClientSession | None) -> None:
    # Without a segment it counts in the company's overall rate alone.
    path = f"outcomes.{_segment_key(segment) or '-'}.{'won' if won else 'lost'}"
    Salesperson.collection().update_one({"_id": owner_id}, {"$inc": {path: number}}, session=session)


def _segment_key(segment: str) -> str:
    """A segment as the name of a field: MongoDB gives "." and "$" a meaning of their own."""
    return segment.replace("%", "%25").replace(".", "%2E").replace("$", "%24").replace("\0", "%00")
