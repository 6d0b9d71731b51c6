"""A supervisor chooses the owner of a lead."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.routing.assigning import Decision, assign, take_back_proposal
from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Account, Lead
from services.leads.domain.errors import FieldProblem, OverrideNeedsReason, SalespersonNotEligible
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing import explanations
from services.leads.domain.routing.candidates import SalespersonFacts

WHY_LENGTH = 1_000


def confirm_routing(lead_id: str, *, salesperson_id: str, why: str, by: str, at: datetime) -> Lead:
    """Give the lead to a candidate, or with a reason to anybody who sells; `by` is the supervisor's subject.

    Confirming the same person again changes nothing. Raises LeadNotFound, LeadClosed, LeadAlreadyRouted,
    OverrideNeedsReason, SalespersonNotEligible, FieldProblem.
    """
    reason = why.strip()
    if len(reason) > WHY_LENGTH:
        raise FieldProblem("why", "TOO_LONG", f"最多 {WHY_LENGTH} 个字符", f"at most {WHY_LENGTH} characters")

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        if lead.owner_id and lead.owner_id == salesperson_id:
            return lead
        lead.require_routable()
        take_back_proposal(lead, session)
        desk = Desk([lead], at, session)
        account = desk.find_account(lead)
        holder = desk.find_salesperson(account.owner_id) if account else None
        _require_same_owner(account, holder, salesperson_id)
        offered = [candidate["salesperson_id"] for candidate in lead.candidates]
        if not reason and holder is None and salesperson_id not in offered:
            raise OverrideNeedsReason("this person is not among the candidates: say why", lead_id=lead.id)
        owner = holder or desk.find_salesperson(salesperson_id)
        if owner is None:
            raise SalespersonNotEligible("no salesperson with this id works here", salesperson_id=salesperson_id)
        rank = offered.index(owner.id) + 1 if owner.id in offered else 0
        kind = EntryKind.KNOWN_ACCOUNT if holder else EntryKind.CONFIRMED if rank else EntryKind.OVERRIDDEN
        reasons = explanations.confirmed(by, reason)
        assign(lead, account, Decision(owner, by, reasons, at, kind=kind, rank=rank, reason=reason), desk)
        desk.write()
        return lead

    return decide(work)


def _require_same_owner(account: Account | None, holder: SalespersonFacts | None, salesperson_id: str) -> None:
    """The company became a known account meanwhile: exactly one person owns it."""
    if account is not None and holder is not None and holder.id != salesperson_id:
        raise SalespersonNotEligible(
            "the account of this company belongs to somebody else", account_id=account.id, owner_id=holder.id
        )
