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
    """The first one up the line who still works here and is not involved himself; "" when there is none."""
    asked = {owner_id}
    candidate = _person_above(owner_id)
    while candidate and candidate not in asked:
        asked.add(candidate)
        person = copies.find_people(candidate).get(candidate)
        if candidate != submitted_by and (person is None or person.is_active):
            return candidate
        candidate = "" if person is None else person.supervisor_id
    return ""


def _person_above(person_id: str) -> str:
    person = copies.find_people(person_id).get(person_id)
    return "" if person is None else person.supervisor_id
