"""The customer signs."""

from chassis.clocks import clock
from services.quotes import messages
from services.quotes.documents import Quote
from services.quotes.domain.errors import AlreadySigned, InvalidValue
from services.quotes.domain.lifecycle import QuoteState
from services.quotes.domain.texts import check_text
from services.quotes.sign_links import follow


def sign_quote(token: str, *, signer_name: str, read_hash: str) -> Quote:
    """Sign the version that the link names; `read_hash` proves that it is the one that was read.

    A link signs once: every second use raises AlreadySigned, which names signer and time, so that a client whose
    answer was lost sees what happened. Raises SignLinkInvalid, SignLinkSuperseded, SignLinkExpired, InvalidValue.
    """
    quote, _ = follow(token)
    signer = check_text(signer_name, "signer_name", longest=100)
    if quote.sign_time is not None:
        raise AlreadySigned(
            "This quote is signed already.",
            number=quote.number or "",
            signer_name=quote.signer_name or "",
            sign_time=quote.sign_time.isoformat(),
        )
    if read_hash != quote.versions[-1]["content_hash"]:
        raise InvalidValue("Not the hash of the page that this link shows.", field="content_hash")
    quote.state = int(QuoteState.SIGNED)
    quote.sign_time = clock.now()
    quote.signer_name = signer
    quote.emit(messages.quote_signed(quote))
    quote.commit(why="signed by the customer")
    return quote
