"""A version as PDF."""

from typing import Any

from chassis.principal import Principal
from services.quotes import copies, stored
from services.quotes.config import settings
from services.quotes.documents import Quote
from services.quotes.domain.lifecycle import QuoteState
from services.quotes.pdf.page import PrintedVersion, Standing
from services.quotes.pdf.render import render_pdf
from services.quotes.queries.quotes import find_version
from services.quotes.sign_links import follow
from services.quotes.visibility import load_visible


def print_quote(quote_id: str, version: int, *, by: Principal) -> bytes:
    """The PDF of a version (0: the newest). Raises QuoteNotFound, also before the first submission."""
    quote = load_visible(quote_id, by)
    return _print(quote, find_version(quote, version))


def print_sign_page(token: str) -> bytes:
    """The customer's PDF; raises what following the link raises."""
    quote, _ = follow(token)
    return _print(quote, quote.versions[-1])


def _print(quote: Quote, version: dict[str, Any]) -> bytes:
    standing = _standing(quote, version)
    is_signed = standing is Standing.SIGNED
    owner = copies.find_people(quote.owner_id).get(quote.owner_id)
    printed = PrintedVersion(
        content=stored.content_from(version["content"]),
        content_hash=version["content_hash"],
        standing=standing,
        owner_name=owner.name if owner else "",
        submit_time=version["submit_time"],
        zone=settings().zone,
        signer_name=(quote.signer_name or "") if is_signed else "",
        sign_time=quote.sign_time if is_signed else None,
    )
    return render_pdf(printed, settings().font_dir)


def _standing(quote: Quote, version: dict[str, Any]) -> Standing:
    if version["number"] != quote.current_version or quote.quote_state is QuoteState.DRAFT:
        return Standing.SUPERSEDED
    return Standing[quote.quote_state.name]
