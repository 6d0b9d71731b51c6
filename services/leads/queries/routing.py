"""Reading what routing decides by, and trying another policy on past leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.pages import Page
from services.leads.documents import Account, Lead, PolicyVersion, ResponsibilityEntry, Salesperson, StoredPolicy
from services.leads.documents.salesperson import salesperson_facts
from services.leads.domain.errors import FieldProblem
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing.months import month_of
from services.leads.domain.routing.replay import PastLead, Replay, replay
from services.leads.domain.routing.routing_policy import PolicyChange

PREVIEWED = 1_000
PREVIEW_LIMIT = 5_000
_DECIDED = [kind.value for kind in (EntryKind.ROUTED, EntryKind.CONFIRMED, EntryKind.OVERRIDDEN, EntryKind.LAPSED)]


def list_policy_versions(page: Page) -> tuple[Sequence[PolicyVersion], str]:
    """One page of the versions of the routing policy, newest first, and the next page's token."""
    where: dict[str, Any] = {} if page.after is None else {"number": {"$lt": page.after[0]}}
    rows = PolicyVersion.collection().find(where, {"outbox": 0}).sort("number", -1).limit(page.size + 1)
    return page.cut([PolicyVersion._from_son(row) for row in rows], lambda version: (version.number,))


def preview_routing_policy(
    change: PolicyChange, *, since: datetime | None, until: datetime | None, leads: int, at: datetime
) -> tuple[Replay, dict[str, str]]:
    """What the changed policy would have done with the newest leads of the period, and the names of the people.

    Leads of known accounts are left out, since no policy decides about them. Raises FieldProblem.
    """
    if not 0 <= leads <= PREVIEW_LIMIT:
        raise FieldProblem(
            "leads", "OUT_OF_RANGE", f"须在 0 到 {PREVIEW_LIMIT} 之间", f"must be from 0 to {PREVIEW_LIMIT}"
        )
    policy = StoredPolicy.current().policy.changed(change)
    rows = list(Salesperson.collection().find({}, {"outbox": 0, "handled": 0}))
    staff = [salesperson_facts(row, month_of(at)) for row in rows]
    return replay(_past_leads(since, until, leads or PREVIEWED), staff, policy), {
        row["_id"]: row["name"] for row in rows
    }


def _past_leads(since: datetime | None, until: datetime | None, limit: int) -> list[PastLead]:
    period = {name: time for name, time in (("$gte", since), ("$lt", until)) if time is not None}
    where: dict[str, Any] = {"kind": {"$in": _DECIDED}} | ({"since": period} if period else {})
    entries = list(ResponsibilityEntry.collection().find(where).sort([("since", -1), ("_id", -1)]).limit(limit))
    wanted = {"region": 1, "needs": 1, "company": 1, "contact_time": 1}
    leads = {
        row["_id"]: row
        for row in Lead.collection().find({"_id": {"$in": [each["lead_id"] for each in entries]}}, wanted)
    }
    known = {"attributes": 1, "create_time": 1}
    accounts = {
        row["_id"]: row
        for row in Account.collection().find({"_id": {"$in": [each["account_id"] for each in entries]}}, known)
    }
    past = []
    for entry in entries:
        lead, account = leads.get(entry["lead_id"]), accounts.get(entry["account_id"])
        if lead is None:
            continue
        # An account that was opened by this very decision told nothing yet.
        was_known = account is not None and account["create_time"] < entry["since"]
        past.append(
            PastLead(
                lead_id=lead["_id"],
                company=lead["company"],
                region=lead["region"],
                needs=tuple(lead["needs"]),
                owner_id=entry["owner_id"],
                assign_time=entry["since"],
                contact_time=lead.get("contact_time"),
                attributes=account["attributes"] if account is not None and was_known else {},
            )
        )
    return past
