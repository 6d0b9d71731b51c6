"""The approval that a quote needs now, from the policy and what is known of its account and owner."""

from services.quotes import copies
from services.quotes.documents import Policy, Quote
from services.quotes.domain.policy import QuoteFacts, plan_steps
from services.quotes.domain.steps import Steps
from services.quotes.domain.terms import assess_clauses


def plan_approval(quote: Quote, *, submitted_by: str) -> Steps:
    """The steps, none of them open yet."""
    account = copies.find_account(quote.account_id)
    facts = QuoteFacts(
        currency_code=quote.currency_code,
        total_minor=quote.total_minor,
        lines=quote.priced_lines,
        clauses=assess_clauses(quote.terms),
        is_high_risk=account is not None and account.is_high_risk,
        supervisor_id=_supervisor_of(quote.owner_id, submitted_by),
    )
    return plan_steps(Policy.current().approval_rules, facts)


def _supervisor_of(owner_id: str, submitted_by: str) -> str:
    """The owner's supervisor. "" (anybody with the role) when there is none, has left, or is involved himself."""
    owner = copies.find_people(owner_id).get(owner_id)
    if owner is None or owner.supervisor_id in ("", owner_id, submitted_by):
        return ""
    supervisor = copies.find_people(owner.supervisor_id).get(owner.supervisor_id)
    return "" if supervisor is not None and not supervisor.is_active else owner.supervisor_id
