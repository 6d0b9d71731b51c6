"""Reading the history of an account."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import TimelineEntry
from services.leads.domain.errors import FieldProblem
from services.leads.queries.account_family import family_of
from services.leads.queries.accounts import get_account
from services.leads.queries.pipeline.opportunities import LEFT_OUT
from services.leads.queries.pipeline.positions import from_milliseconds, milliseconds

Row = Mapping[str, Any]

KINDS = 50


def list_timeline(
    account_id: str, by: Principal, scope: Scope, page: Page, kinds: Sequence[str]
) -> tuple[Sequence[Row], str]:
    """One page of what happened to the account, newest first, and the next token.

    What was told of accounts that were merged into it is there too. Raises AccountNotFound, also for an account that
    the caller may not see, FieldProblem.
    """
    if len(kinds) > KINDS:
        raise FieldProblem("kinds", "TOO_MANY", f"最多 {KINDS} 种", f"at most {KINDS}")
    get_account(account_id, by, scope)
    where: dict[str, Any] = {"account_id": {"$in": family_of(account_id)}}
    if kinds:
        where["kind"] = {"$in": list(kinds)}
    if page.after is not None:
        time = from_milliseconds(int(page.after[0]))
        where["$or"] = [{"time": {"$lt": time}}, {"time": time, "_id": {"$lt": page.after[1]}}]
    found = TimelineEntry.collection().find(where, LEFT_OUT).sort([("time", -1), ("_id", -1)])
    return page.cut(list(found.limit(page.size + 1)), _position)


def _position(row: Row) -> tuple[str | int, ...]:
    return milliseconds(row["time"]), row["_id"]
