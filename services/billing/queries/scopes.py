"""Which rows the caller reaches."""

from typing import Any, TypeVar

from pymongo.client_session import ClientSession

from chassis import principal
from chassis.access import Scope, scope
from services.billing.documents import Owned

Document = TypeVar("Document", bound=Owned)


def scope_query() -> dict[str, Any]:
    """MongoDB query for the rows of the current operation's caller.

    A caller without a team (or region) reaches nothing by it, although rows without one exist.
    """
    caller = principal.current().principal
    match scope():
        case Scope.ALL:
            return {}
        case Scope.REGION:
            return _equal("region", caller.region)
        case Scope.TEAM:
            return _equal("team_id", caller.team_id)
        case _:
            return _equal("owner_id", caller.subject)


def load_visible(cls: type[Document], document_id: str, session: ClientSession | None = None) -> Document:
    """The document, if it is the caller's to see; otherwise the same NotFound as for one that does not exist."""
    document = cls.load(document_id, session=session)
    if any(getattr(document, name) not in wanted["$in"] for name, wanted in scope_query().items()):
        raise cls.not_found(document_id)
    return document


def _equal(name: str, value: str) -> dict[str, Any]:
    return {name: {"$in": [value] if value else []}}
