"""What a member buys, in the stores that the caller sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.access import Scope, scope
from services.stores.domain.errors import MemberNotFound
from services.stores.ledger import Ledger, sku_of
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
    found = day_documents.member_documents(ledger, member_id, view)
    if not found and (scope() is not Scope.ALL or ledger.members.find_one({"_id": member_id}, {"_id": 1}) is None):
        raise MemberNotFound(f"there is no member {member_id}", member_id=member_id)
    hours = day_documents.summed(found, "hours")
    categories = [(sku_of(name), revenue) for name, revenue in day_documents.summed(found, "categories").items()]
    return MemberFigures(
        receipts=sum(each.get("receipts", 0) for each in found),
        revenue_minor=sum(each.get("revenue_minor", 0) for each in found),
        first_time=min((each["first_time"] for each in found if each.get("first_time")), default=None),
        last_time=max((each["last_time"] for each in found if each.get("last_time")), default=None),
        usual_hours=sorted((int(hour), count) for hour, count in hours.items() if count > 0),
        favourite_categories=sorted(categories, key=lambda each: (-each[1], each[0]))[:MAX_CATEGORIES],
        store_ids=sorted(each["store_id"] for each in found),
    )
