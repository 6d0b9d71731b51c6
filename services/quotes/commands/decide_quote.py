"""Approve, return or reject one step."""

from chassis.clocks import clock
from chassis.principal import Principal
from services.quotes import messages
from services.quotes.commands.approval import STEP_DEADLINE, advance
from services.quotes.documents import Quote
from services.quotes.domain.errors import WrongState
from services.quotes.domain.lifecycle import ended_by
from services.quotes.domain.steps import Approver, Decision, check_version, decide, find_step
from services.quotes.domain.texts import check_comment
from services.quotes.visibility import load_visible


def decide_quote(
    quote_id: str, decision: Decision, *, quote_version: int, step: str, comment: str, by: Principal
) -> Quote:
    """Record a decision; the next step opens, or the quote is approved, returned or rejected.

    The same person repeating the same decision changes nothing. Raises QuoteNotFound, VersionMismatch, WrongState,
    SubmitterCannotApprove, NotApprover, StepAlreadyDecided, InvalidValue.
    """
    text = check_comment(comment, "comment", required=decision is Decision.RETURNED)
    quote = load_visible(quote_id, by)
    check_version(quote_version, quote.current_version)
    if not quote.is_standing:
        raise WrongState("The quote is being edited.", state=quote.quote_state.name)
    now = clock.now()
    steps = decide(
        quote.approval_steps,
        step,
        decision,
        by=Approver(by.subject, by.roles),
        involved=(quote.owner_id, quote.submitted_by),
        comment=text,
        at=now,
    )
    if steps is None:
        return quote
    quote.emit(messages.approval_decided(quote, find_step(steps, step)))
    end = ended_by(decision)
    if end is None:
        advance(quote, steps, now)
    else:
        quote.cancel(STEP_DEADLINE)
        quote.state = int(end)
        quote.write_steps(steps)
    quote.commit(why=text)
    return quote
