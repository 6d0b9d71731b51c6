"""Edit a quote."""

from datetime import datetime

from chassis.clocks import clock
from chassis.principal import Principal
from services.quotes.documents import Product, Quote
from services.quotes.domain.content import WantedLine, check_validity, price_lines
from services.quotes.domain.lifecycle import check_editable
from services.quotes.domain.terms import PaymentTerms
from services.quotes.visibility import load_visible


def update_quote(
    quote_id: str,
    *,
    lines: tuple[WantedLine, ...],
    payment_terms: PaymentTerms | None,
    valid_until: datetime | None,
    by: Principal,
) -> Quote:
    """Replace the parts that are given (no lines, None: as before); the quote is a draft afterwards.

    An edit of an approved quote voids its sign link; an edit that changes nothing is none. Raises QuoteNotFound,
    WrongState, and what pricing raises.
    """
    quote = load_visible(quote_id, by)
    check_editable(quote.quote_state)
    before = (quote.lines, quote.payment_terms, quote.valid_until)
    priced = price_lines(lines, Product.catalogue(line.sku for line in lines), quote.currency_code) if lines else None
    quote.write_content(
        priced or quote.priced_lines,
        payment_terms or quote.terms,
        check_validity(valid_until, clock.now()) if valid_until else quote.valid_until,
    )
    if (quote.lines, quote.payment_terms, quote.valid_until) != before:
        quote.reopen()
        quote.commit(why="edited")
    return quote
