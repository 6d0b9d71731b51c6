"""From a quote to its sign link, and from a link back to the version it names."""

from datetime import datetime, timedelta

from chassis.clocks import clock
from services.quotes import stored
from services.quotes.config import settings
from services.quotes.documents import EPOCH, Quote
from services.quotes.domain.content import QuoteContent, content_hash
from services.quotes.domain.errors import SignLinkExpired, SignLinkInvalid, SignLinkSuperseded
from services.quotes.domain.lifecycle import QuoteState, check_linked, is_linked
from services.quotes.domain.sign_link import SignLink, make_token, read_token


def sign_token(quote: Quote) -> str:
    """The link's token; valid as long as the quote is (business time). Raises WrongState before the last approval."""
    check_linked(quote.quote_state)
    version = quote.versions[-1]
    expire_ms = version["content"]["valid_until_ms"]
    return make_token(SignLink(quote.id, version["number"], version["content_hash"], expire_ms), settings().sign_key)


def follow(token: str) -> tuple[Quote, QuoteContent]:
    """The quote and the frozen content that a link names.

    Raises SignLinkInvalid (altered), SignLinkSuperseded (edited since), SignLinkExpired. A signed version can be
    read after its expiry: it is the customer's own copy.
    """
    link = read_token(token, settings().sign_key)
    quote = Quote.find(link.quote_id)
    if quote is None or link.version > quote.current_version:
        raise SignLinkInvalid("This link leads nowhere.")
    if link.version != quote.current_version or not is_linked(quote.quote_state):
        raise SignLinkSuperseded("This quote was revised. Please ask for the link of the new version.")
    version = quote.versions[-1]
    content = stored.content_from(version["content"])
    if not link.content_hash == version["content_hash"] == content_hash(content):
        raise SignLinkInvalid("The record does not match this link.")
    if quote.quote_state is not QuoteState.SIGNED and clock.now() >= expire_time(link.expire_ms):
        raise SignLinkExpired("This quote's validity is over. Please ask for a new one.")
    return quote, content


def expire_time(expire_ms: int) -> datetime:
    """Unix milliseconds as aware UTC time."""
    return EPOCH + timedelta(milliseconds=expire_ms)
