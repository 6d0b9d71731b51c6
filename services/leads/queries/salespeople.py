"""Reading the people who sell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Salesperson
from services.leads.documents.salesperson import salesperson_facts
from services.leads.domain.routing.candidates import SalespersonFacts
from services.leads.domain.routing.months import month_of
from services.leads.queries.visible_rows import visible_salespeople


def list_salespeople(by: Principal, scope: Scope, page: Page, at: datetime) -> tuple[Sequence[SalespersonFacts], str]:
    """One page of salespeople by id, those who left included, and the next page's token."""
    where: list[dict[str, Any]] = [visible_salespeople(by, scope)]
    if page.after is not None:
        where.append({"_id": {"$gt": page.after[0]}})
    rows = Salesperson.collection().find({"$and": where}).sort("_id", 1).limit(page.size + 1)
    return page.cut([salesperson_facts(row, month_of(at)) for row in rows], lambda person: (person.id,))


def name_of(subject: str) -> str:
    """Name and id of a person who sells; of others the id alone."""
    row = Salesperson.collection().find_one({"_id": subject}, {"name": 1})
    return f"{row['name']} ({subject})" if row else subject
