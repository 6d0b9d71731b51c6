"""Make a draft."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chassis.clocks import clock
from chassis.documents import DuplicateValue
from chassis.principal import Principal
from services.quotes import copies
from services.quotes.documents import Product, Quote
from services.quotes.domain.amounts import check_currency
from services.quotes.domain.content import WantedLine, check_validity, price_lines
from services.quotes.domain.errors import AccountNotFound, InvalidValue, QuotesError, RequestIdReused
from services.quotes.domain.terms import PaymentTerms
from services.quotes.visibility import reaches

REQUEST_ID_CHARS = 200


@dataclass(frozen=True, slots=True)
class WantedQuote:
    """What a quote is to say."""

    account_id: str
    currency_code: str
    lines: tuple[WantedLine, ...]
    payment_terms: PaymentTerms
    valid_until: datetime | None

    @property
    def digest(self) -> str:
        """Tells a retry from another request under the same id."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def create_quote(wanted: WantedQuote, *, by: Principal, request_id: str = "") -> Quote:
    """A draft for one of the caller's accounts, owned by the account's owner.

    The same request_id again returns the quote it made. Raises AccountNotFound, ProductNotFound, BelowPriceFloor,
    CurrencyMismatch, InvalidValue, RequestIdReused.
    """
    request_key = _request_key(by, request_id)
    try:
        quote = _draft(wanted, by)
        quote.request_key = request_key
        quote.request_digest = wanted.digest if request_key else None
        quote.commit()
    except (QuotesError, DuplicateValue):
        # A retry finds what it made, also when the account or the catalogue has changed since.
        if request_key and (made := _made_before(request_key, wanted)):
            return made
        raise
    return quote


def _draft(wanted: WantedQuote, by: Principal) -> Quote:
    check_currency(wanted.currency_code, "currency_code")
    now = clock.now()
    valid_until = check_validity(wanted.valid_until, now)
    account = copies.find_account(wanted.account_id)
    if account is None or not reaches(account, by):
        raise AccountNotFound("There is no such account.", field="account_id")
    lines = price_lines(wanted.lines, Product.catalogue(line.sku for line in wanted.lines), wanted.currency_code)
    quote = Quote(
        account_id=account.id,
        account_name=account.name,
        owner_id=account.owner_id or by.subject,
        team_id=account.team_id or by.team_id,
        region=account.region or by.region,
        currency_code=wanted.currency_code,
        create_time=now,
    )
    quote.write_content(lines, wanted.payment_terms, valid_until)
    return quote


def _request_key(by: Principal, request_id: str) -> str | None:
    if len(request_id) > REQUEST_ID_CHARS:
        raise InvalidValue(f"At most {REQUEST_ID_CHARS} characters.", field="request_id")
    return f"{by.subject}:{request_id}" if request_id else None


def _made_before(request_key: str, wanted: WantedQuote) -> Quote | None:
    made = Quote.matching({"request_key": request_key}, limit=1)
    if made and made[0].request_digest != wanted.digest:
        raise RequestIdReused("This request_id made another quote.", field="request_id")
    return made[0] if made else None
