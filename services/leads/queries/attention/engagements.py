"""Reading how warm accounts are."""

from collections.abc import Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Engagement
from services.leads.domain.attention.errors import EngagementNotFound
from services.leads.queries.accounts import Row, get_account
from services.leads.queries.attention.positions import after_latest, latest_position
from services.leads.queries.visible_rows import owned_rows

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}


def get_engagement(account_id: str, by: Principal, scope: Scope) -> Row:
    """The account's engagement. Raises AccountNotFound (also out of reach), EngagementNotFound without signals."""
    get_account(account_id, by, scope)
    row = Engagement.collection().find_one({"_id": account_id}, _LEFT_OUT)
    if row is None:
        raise EngagementNotFound("the account gave no signal yet", account_id=account_id)
    return row


def list_engagements(
    by: Principal, scope: Scope, page: Page, *, only_hot: bool, only_silent: bool
) -> tuple[Sequence[Row], str]:
    """One page, the latest signal first, and the next page's token."""
    where: list[dict[str, Any]] = [owned_rows(by, scope), after_latest("last_signal_time", page)]
    if only_hot:
        where.append({"is_hot": True})
    if only_silent:
        where.append({"is_silent": True})
    order = [("last_signal_time", -1), ("_id", -1)]
    rows = list(Engagement.collection().find({"$and": where}, _LEFT_OUT).sort(order).limit(page.size + 1))
    return page.cut(rows, latest_position("last_signal_time"))
