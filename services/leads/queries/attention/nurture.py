"""Reading nurture packages and runs."""

from collections.abc import Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import NurturePackage, NurtureRun
from services.leads.domain.attention.errors import NurtureRunNotFound
from services.leads.domain.attention.nurture import DEFAULT_PACKAGES
from services.leads.queries.accounts import Row
from services.leads.queries.visible_rows import owned_rows

PACKAGES_MOST = 200
_LEFT_OUT = {"outbox": 0, "handled": 0}


def list_nurture_packages() -> list[NurturePackage]:
    """All packages by their ids, those that hold without being stored included."""
    rows = NurturePackage.collection().find({}, _LEFT_OUT).sort("_id", 1).limit(PACKAGES_MOST)
    found = {row["_id"]: NurturePackage._from_son(row) for row in rows}
    for package_id, package in DEFAULT_PACKAGES.items():
        found.setdefault(package_id, NurturePackage.of(package_id, package))
    return [found[package_id] for package_id in sorted(found)]


def require_run_in_reach(run_id: str, by: Principal, scope: Scope) -> None:
    """Raises NurtureRunNotFound, also for one that the caller may not see."""
    if NurtureRun.collection().find_one({"$and": [{"_id": run_id}, owned_rows(by, scope)]}, {"_id": 1}) is None:
        raise NurtureRunNotFound(f"there is no run {run_id}", nurture_run_id=run_id)


def list_nurture_runs(
    by: Principal, scope: Scope, page: Page, *, state: str, account_id: str
) -> tuple[Sequence[Row], str]:
    """One page of runs, newest first, and the next page's token; empty filters let everything through."""
    where: list[dict[str, Any]] = [owned_rows(by, scope)]
    if state:
        where.append({"state": state})
    if account_id:
        where.append({"account_id": account_id})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(NurtureRun.collection().find({"$and": where}, _LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))
