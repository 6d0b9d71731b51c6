"""What is known of a salesperson's accounts, as far as the daily focus asks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Account, AccountMoney, CustomerStock, Lead, Opportunity, Salesperson, Visit
from services.leads.documents.visit import OPEN
from services.leads.domain.lead_state import LeadState
from services.leads.domain.visits.errors import SalespersonNotFound
from services.leads.domain.visits.focus import WIN_PROBABILITY_BP, FocusFacts
from services.leads.queries.visible_rows import visible_salespeople

Row = Mapping[str, Any]


def require_salesperson_in_reach(salesperson_id: str, by: Principal, scope: Scope) -> None:
    """Everybody reaches himself. Raises SalespersonNotFound for anybody else out of reach."""
    if salesperson_id == by.subject:
        return
    where = {"$and": [{"_id": salesperson_id}, visible_salespeople(by, scope)]}
    if Salesperson.collection().find_one(where, {"_id": 1}) is None:
        raise SalespersonNotFound(f"there is no salesperson {salesperson_id}", salesperson_id=salesperson_id)


def focus_facts(salesperson_id: str, at: datetime) -> Sequence[FocusFacts]:
    """The facts of the accounts that this person owns now and that have any, as of `at` (UTC)."""
    shown = {"name": 1}
    names = {row["_id"]: row["name"] for row in Account.collection().find({"owner_id": salesperson_id}, shown)}
    mine = {"account_id": {"$in": list(names)}}
    deals = _best_deals(Opportunity.collection().find({**mine, "state": "open"}, {"outbox": 0}))
    actions = _times(
        Visit.collection().find({**mine, "next_action_state": OPEN}, {"account_id": 1, "next_action_due_time": 1}),
        "next_action_due_time",
    )
    contacts = _times(
        Lead.collection().find(
            {"owner_id": salesperson_id, "state": LeadState.ASSIGNED}, {"account_id": 1, "first_contact_due_time": 1}
        ),
        "first_contact_due_time",
    )
    reorders = _reorders(mine)
    owing = {"_id": {"$in": list(names)}, "$or": [{"overdue_minor": {"$gt": 0}}, {"is_high_risk": True}]}
    money = {row["_id"]: row for row in AccountMoney.collection().find(owing, {"outbox": 0})}
    concerned = names.keys() & {*deals, *actions, *contacts, *reorders, *money}
    return [
        FocusFacts(
            account_id=account_id,
            company=names[account_id],
            stage=deals[account_id]["stage"] if account_id in deals else "",
            expected_amount_minor=deals[account_id]["expected_amount_minor"] if account_id in deals else 0,
            action_due_times=tuple(actions.get(account_id, ())),
            first_contact_due_times=tuple(contacts.get(account_id, ())),
            reorder_skus=tuple(sorted(reorders.get(account_id, ()))),
            overdue_minor=money.get(account_id, {}).get("overdue_minor", 0),
            radar_state=money.get(account_id, {}).get("radar_state", ""),
            is_high_risk=money.get(account_id, {}).get("is_high_risk", False),
        )
        for account_id in sorted(concerned)
    ]


def _best_deals(rows: Any) -> dict[str, Row]:
    """By account the open opportunity that is furthest, of equal ones the largest."""
    best: dict[str, Row] = {}
    for row in rows:
        known = best.get(row["account_id"])
        if known is None or _worth(row) > _worth(known):
            best[row["account_id"]] = row
    return best


def _worth(row: Row) -> tuple[int, int, str]:
    return WIN_PROBABILITY_BP.get(row["stage"], 0), row["expected_amount_minor"], row["_id"]


def _times(rows: Any, field: str) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        if row.get(field) is not None:
            found[row["account_id"]].append(row[field])
    return found


def _reorders(mine: Row) -> dict[str, list[str]]:
    reminding = {"$or": [{"is_below": True}, {"reminders.usual_interval.is_on": True}]}
    found: dict[str, list[str]] = defaultdict(list)
    for row in CustomerStock.collection().find({**mine, **reminding}, {"account_id": 1, "sku": 1}):
        found[row["account_id"]].append(row["sku"])
    return found
