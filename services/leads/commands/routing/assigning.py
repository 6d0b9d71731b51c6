"""Give a lead its owner: lead, account, responsibility log and counters change together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.workload import release
from services.leads.documents import Account, Lead, ResponsibilityEntry
from services.leads.domain.lead_state import LeadState
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing.candidates import SalespersonFacts


@dataclass(frozen=True)
class Decision:
    """Who gets a lead, decided by whom, why (in words by language tag), at what time (UTC).

    `reason` is what a person wrote; `rank` the place among those offered, 0 for nobody of them.
    """

    owner: SalespersonFacts
    decided_by: str
    reasons: Mapping[str, str]
    at: datetime
    kind: EntryKind = EntryKind.ROUTED
    rank: int = 0
    reason: str = ""


def assign(lead: Lead, account: Account | None, decision: Decision, desk: Desk) -> None:
    """Put the decision on the desk. `account` is the known one; without one it is opened."""
    why = decision.reasons["en"]
    account = account or Account.opened_for(lead, decision.at)
    previous_owner = account.owner_id
    account.belong_to(decision.owner)
    account.lead_time = decision.at
    desk.change_account(account, lead, why)
    lead.assign(decision.owner, account.id, dict(decision.reasons), desk.first_contact, decision.at)
    desk.change(lead, why)
    entry = ResponsibilityEntry(
        account_id=account.id,
        lead_id=lead.id,
        kind=decision.kind,
        owner_id=decision.owner.id,
        previous_owner_id=previous_owner,
        team_id=decision.owner.team_id,
        region=account.region,
        since=decision.at,
        decided_by=decision.decided_by,
        why=why,
        reason=decision.reason,
        candidate_rank=decision.rank,
        policy_version=desk.policy_version,
    )
    desk.change(entry)
    desk.count_assigned(decision.owner.id)


def take_back_proposal(lead: Lead, session: ClientSession) -> None:
    """Number 1 of a proposal has the lead counted; a new decision starts without that."""
    if lead.state == LeadState.PROPOSED and lead.propose_time is not None:
        release(lead.candidates[0]["salesperson_id"], lead.propose_time, session)
