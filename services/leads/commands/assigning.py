"""Give a lead its owner: lead, account, responsibility log and counters change together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from services.leads.commands.workload import count_assigned, month_of, release
from services.leads.documents import Account, Lead, ResponsibilityEntry, Salesperson
from services.leads.documents.account import name_key, phone_key
from services.leads.documents.salesperson import salesperson_facts
from services.leads.domain.lead_state import LeadState
from services.leads.domain.routing import SalespersonFacts
from services.leads.domain.routing_policy import RoutingPolicy


@dataclass(frozen=True)
class Decision:
    """Who gets a lead, decided by whom, why (in words by language tag), at what time (UTC)."""

    owner: SalespersonFacts
    decided_by: str
    reasons: Mapping[str, str]
    at: datetime


def find_account(lead: Lead, session: ClientSession) -> Account | None:
    """The account of the same company, or else the one that has the lead's phone."""
    keys = [name_key(lead.company), phone_key(lead.phone)]
    found = {key: row for row in _accounts_with(keys, session) for key in row["keys"]}
    row = next((found[key] for key in keys if key in found), None)
    return None if row is None else Account._from_son(row)


def find_salesperson(salesperson_id: str, at: datetime, session: ClientSession) -> SalespersonFacts | None:
    """A salesperson who has not left, or None."""
    row = Salesperson.collection().find_one({"_id": salesperson_id, "active": True}, session=session)
    return None if row is None else salesperson_facts(row, month_of(at))


def find_salespeople(region: str, at: datetime, session: ClientSession) -> list[SalespersonFacts]:
    """The active salespeople who work in the region; empty means all regions."""
    where = {"active": True, **({"region": {"$in": ["", region]}} if region else {})}
    rows = Salesperson.collection().find(where, {"outbox": 0, "handled": 0}, session=session)
    return [salesperson_facts(row, month_of(at)) for row in rows]


def assign(
    lead: Lead, account: Account | None, decision: Decision, policy: RoutingPolicy, session: ClientSession
) -> None:
    """Write the decision. `account` is the known one; without one it is opened."""
    account = account or Account.opened_for(lead, decision.at)
    previous_owner = account.owner_id
    account.belong_to(decision.owner)
    _learn_phone(account, lead, session)
    account.commit(why=decision.reasons["en"], session=session)
    lead.assign(decision.owner, account.id, dict(decision.reasons), policy, decision.at)
    lead.commit(why=decision.reasons["en"], session=session)
    ResponsibilityEntry(
        account_id=account.id,
        lead_id=lead.id,
        owner_id=decision.owner.id,
        previous_owner_id=previous_owner,
        since=decision.at,
        decided_by=decision.decided_by,
        why=decision.reasons["en"],
    ).commit(session=session)
    count_assigned(decision.owner.id, decision.at, session)


def take_back_proposal(lead: Lead, session: ClientSession) -> None:
    """Number 1 of a proposal has the lead counted; a new decision starts without that."""
    if lead.state == LeadState.PROPOSED and lead.propose_time is not None:
        release(lead.candidates[0]["salesperson_id"], lead.propose_time, session)


def _learn_phone(account: Account, lead: Lead, session: ClientSession) -> None:
    """A known company that calls from a new number is recognised by it next time, unless it is somebody else's."""
    key = phone_key(lead.phone)
    if key not in account.keys and not _accounts_with([key], session):
        account.keys = [*account.keys, key]


def _accounts_with(keys: list[str], session: ClientSession) -> list[dict[str, Any]]:
    return list(Account.collection().find({"keys": {"$in": keys}}, {"outbox": 0}, session=session))
