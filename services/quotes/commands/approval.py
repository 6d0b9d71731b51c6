"""What follows when a quote's approval moves on; shared by people's decisions and the timer."""

from datetime import datetime

from services.quotes import messages
from services.quotes.documents import Quote
from services.quotes.domain.lifecycle import QuoteState
from services.quotes.domain.steps import Steps, is_complete, open_next, open_step, pass_by_silence

STEP_DEADLINE = "approval_step"


def advance(quote: Quote, steps: Steps, at: datetime) -> None:
    """Open the next step with its deadline, or approve the quote after the last one."""
    quote.cancel(STEP_DEADLINE)
    steps = open_next(steps, at)
    quote.write_steps(steps)
    opened = open_step(steps)
    if opened is not None and opened.due_time is not None:
        quote.schedule(STEP_DEADLINE, opened.due_time)
        quote.emit(messages.approval_requested(quote, opened))
    elif is_complete(steps):
        quote.state = int(QuoteState.APPROVED)
        quote.emit(messages.quote_approved(quote))


def handle_late_step(quote: Quote, due_time: datetime) -> None:
    """The open step's limit has passed: silence passes it where that is allowed, otherwise it is reported as late.

    Changes the quote without saving it. A step that was decided meanwhile is left alone.
    """
    steps = quote.approval_steps
    late = open_step(steps)
    if quote.quote_state is not QuoteState.IN_APPROVAL or late is None or late.due_time != due_time:
        return
    if not late.passes_by_silence:
        quote.emit(messages.approval_overdue(quote, late))
        return
    steps = pass_by_silence(steps, due_time)
    passed = next(step for step in steps if step.name == late.name)
    quote.emit(messages.approval_decided(quote, passed))
    advance(quote, steps, due_time)
