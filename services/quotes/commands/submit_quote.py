"""Freeze the draft as the next version and open its approval."""

from datetime import datetime

from chassis.clocks import clock
from chassis.principal import Principal
from services.quotes import messages
from services.quotes.commands.approval import advance
from services.quotes.config import settings
from services.quotes.documents import Product, Quote
from services.quotes.domain.content import check_floor
from services.quotes.domain.errors import ProductNotFound, WrongState
from services.quotes.domain.lifecycle import check_submittable
from services.quotes.numbering import next_number
from services.quotes.plan import plan_approval
from services.quotes.visibility import load_visible


def submit_quote(quote_id: str, *, by: Principal, request_id: str = "") -> Quote:
    """The next immutable version, waiting for its first approval; the first submission gives the number.

    The same request_id again returns the quote as it is now. Raises QuoteNotFound, WrongState, BelowPriceFloor and
    ProductNotFound when the catalogue moved on since the draft was priced.
    """
    quote = load_visible(quote_id, by)
    if request_id and any(version["request_id"] == request_id for version in quote.versions):
        return quote
    check_submittable(quote.quote_state)
    now = clock.now()
    _check_still_offered(quote, now)
    steps = plan_approval(quote, submitted_by=by.subject)
    quote.number = quote.number or next_number(now, settings().zone)
    quote.freeze(submitted_by=by.subject, request_id=request_id, at=now)
    quote.emit(messages.quote_submitted(quote, steps))
    advance(quote, steps, now)
    quote.commit(why="submitted")
    return quote


def _check_still_offered(quote: Quote, now: datetime) -> None:
    if quote.valid_until <= now:
        raise WrongState("The quote's validity is over; set a later one.", field="valid_until")
    lines = quote.priced_lines
    catalogue = Product.catalogue(line.sku for line in lines)
    for index, line in enumerate(lines):
        if line.sku not in catalogue:
            raise ProductNotFound("The catalogue has no such product.", field=f"lines[{index}].sku", sku=line.sku)
        check_floor(line.unit_price_minor, catalogue[line.sku], f"lines[{index}]")
