"""Reading the customers' stock."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import CustomerStock
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]


def list_customer_stock(
    by: Principal, scope: Scope, page: Page, *, account_id: str, only_below: bool
) -> tuple[Sequence[Row], str]:
    """One page of stock by id, and the next page's token; empty filters let everything through."""
    where: list[dict[str, Any]] = [owned_rows(by, scope)]
    if account_id:
        where.append({"account_id": account_id})
    if only_below:
        where.append({"is_below": True})
    if page.after is not None:
        where.append({"_id": {"$gt": page.after[0]}})
    left_out = {"outbox": 0, "handled": 0, "deadlines": 0}
    rows = list(CustomerStock.collection().find({"$and": where}, left_out).sort("_id", 1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))
