"""Reading accounts and who was responsible for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Account, ResponsibilityEntry
from services.leads.domain.errors import AccountNotFound
from services.leads.queries.account_family import family_of
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}


def get_account(account_id: str, by: Principal, scope: Scope) -> Row:
    """The account. Raises AccountNotFound, also for one that the caller may not see."""
    row = Account.collection().find_one({"$and": [{"_id": account_id}, owned_rows(by, scope)]}, _LEFT_OUT)
    if row is None:
        raise AccountNotFound(f"there is no account {account_id}", account_id=account_id)
    return row


def list_accounts(by: Principal, scope: Scope, page: Page) -> tuple[Sequence[Row], str]:
    """One page of accounts, newest first, and the next page's token; those that were merged are with their winners."""
    where: list[dict[str, Any]] = [owned_rows(by, scope), {"merged_into": None}]
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(Account.collection().find({"$and": where}, _LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def list_responsibility_entries(account_id: str, by: Principal, scope: Scope, page: Page) -> tuple[Sequence[Row], str]:
    """One page of the account's log, oldest first, and the next page's token. Raises AccountNotFound.

    The log of an account that was merged into it is part of it.
    """
    get_account(account_id, by, scope)
    where: dict[str, Any] = {"account_id": {"$in": family_of(account_id)}}
    if page.after is not None:
        where["_id"] = {"$gt": page.after[0]}
    rows = list(ResponsibilityEntry.collection().find(where).sort("_id", 1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))
