"""What a member buys, in the stores that the caller sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.access import Scope, scope
from services.stores.domain import figures
from services.stores.domain.errors import MemberNotFound
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.view import visible_view

MAX_CATEGORIES = 20


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """Hours are (hour of the week, receipts), categories (name, revenue) with the highest first."""

    receipts: int
    revenue_minor: int
    first_time: datetime | None
    last_time: datetime | None
    usual_hours: Sequence[tuple[int, int]]
    favourite_categories: Sequence[tuple[str, int]]
    store_ids: Sequence[str]


def member_figures(member_id: str) -> MemberFigures:
    """Over the visible stores. Raises MemberNotFound for a member who is unknown there."""
    ledger, view = Ledger(), visible_view()
    by_store = day_documents.member_figures_by_store(ledger, member_id, view)
    if not by_store and (scope() is not Scope.ALL or ledger.members.find_one({"_id": member_id}, {"_id": 1}) is None):
        raise MemberNotFound(f"there is no member {member_id}", member_id=member_id)
    found = figures.MemberFigures()
    for of_store in by_store.values():
        found.add_all(of_store)
    return MemberFigures(
        receipts=found.receipts,
        revenue_minor=found.revenue_minor,
        first_time=_instant(found.first_seconds),
        last_time=_instant(found.last_seconds),
        usual_hours=sorted((hour, count) for hour, count in found.hours.items() if count > 0),
        favourite_categories=sorted(found.categories.items(), key=lambda each: (-each[1], each[0]))[:MAX_CATEGORIES],
        store_ids=sorted(by_store),
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
