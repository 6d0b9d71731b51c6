"""Reading the responsibility log: who owned what at a moment, and what supervisors decided."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import ResponsibilityEntry
from services.leads.domain.ownership.responsibility import CHOSEN_BY_A_PERSON
from services.leads.queries.accounts import get_account
from services.leads.queries.leads import get_lead
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

_NEWEST = [("since", -1), ("_id", -1)]
_CHOSEN = [kind.value for kind in CHOSEN_BY_A_PERSON]
REASONS = 20


@dataclass
class DeciderCount:
    """What one supervisor decided: decisions by the rank of the chosen (0: not offered), other choices by reason."""

    decided_by: str
    by_rank: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def decisions(self) -> int:
        """All of them."""
        return sum(self.by_rank.values())

    @property
    def override_bp(self) -> int:
        """The share of those not for number 1, in basis points."""
        return (self.decisions - self.by_rank[1]) * 10_000 // self.decisions if self.decisions else 0


def account_owner_at(account_id: str, time: datetime, by: Principal, scope: Scope) -> Row | None:
    """The line of the log by which somebody owned the account at `time` (UTC); None when nobody did yet.

    Raises AccountNotFound.
    """
    get_account(account_id, by, scope)
    return ResponsibilityEntry.collection().find_one({"account_id": account_id, "since": {"$lte": time}}, sort=_NEWEST)


def lead_owner_at(lead_id: str, time: datetime, by: Principal, scope: Scope) -> Row | None:
    """The line by which somebody owned the lead at `time` (UTC); None when nobody did yet. Raises LeadNotFound."""
    get_lead(lead_id, by, scope)
    return ResponsibilityEntry.collection().find_one({"lead_id": lead_id, "since": {"$lte": time}}, sort=_NEWEST)


def list_lead_responsibility_entries(
    lead_id: str, by: Principal, scope: Scope, page: Page
) -> tuple[Sequence[Row], str]:
    """One page of the lead's log, oldest first, and the next page's token. Raises LeadNotFound."""
    get_lead(lead_id, by, scope)
    where: dict[str, Any] = {"lead_id": lead_id}
    if page.after is not None:
        where["_id"] = {"$gt": page.after[0]}
    rows = list(ResponsibilityEntry.collection().find(where).sort("_id", 1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def list_overrides(by: Principal, scope: Scope, page: Page, *, decided_by: str) -> tuple[Sequence[Row], str]:
    """One page of the decisions for somebody else than number 1, newest first, and the next page's token."""
    where: list[dict[str, Any]] = [{"kind": {"$in": _CHOSEN}, "candidate_rank": {"$ne": 1}}, owned_rows(by, scope)]
    if decided_by:
        where.append({"decided_by": decided_by})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(ResponsibilityEntry.collection().find({"$and": where}).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def count_overrides(
    by: Principal, scope: Scope, *, since: datetime | None, until: datetime | None
) -> list[DeciderCount]:
    """What each supervisor decided from `since` (inclusive) to `until` (exclusive), by name of the decider."""
    period = {name: time for name, time in (("$gte", since), ("$lt", until)) if time is not None}
    where: list[dict[str, Any]] = [{"kind": {"$in": _CHOSEN}}, owned_rows(by, scope)]
    if period:
        where.append({"since": period})
    groups = ResponsibilityEntry.collection().aggregate(
        [
            {"$match": {"$and": where}},
            {
                "$group": {
                    "_id": {"by": "$decided_by", "rank": "$candidate_rank", "why": "$reason"},
                    "count": {"$sum": 1},
                }
            },
        ]
    )
    counts: dict[str, DeciderCount] = {}
    for group in groups:
        key, number = group["_id"], group["count"]
        count = counts.setdefault(key["by"], DeciderCount(key["by"]))
        count.by_rank[key["rank"]] += number
        if key["rank"] != 1:
            count.reasons[key["why"].strip().casefold()] += number
    return [counts[name] for name in sorted(counts)]
