"""What a quote says: its priced lines, and the canonical form whose hash the customer signs."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from services.quotes.domain.amounts import check_quantity, line_amount, total_amount
from services.quotes.domain.catalogue import CatalogueEntry, tier_price
from services.quotes.domain.errors import BelowPriceFloor, CurrencyMismatch, InvalidValue, ProductNotFound
from services.quotes.domain.terms import PaymentTerms

LINES_MAX = 200
VALIDITY_DEFAULT = timedelta(days=30)
VALIDITY_MAX = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as it is asked for; a unit price of 0 means the tier's."""

    sku: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """A priced line; amounts in minor units of the quote's currency."""

    sku: str
    name: str
    unit: str
    quantity: int
    unit_price_minor: int
    amount_minor: int
    tier_price_minor: int


@dataclass(frozen=True, slots=True)
class QuoteContent:
    """Everything one version promises to the customer. `valid_until_ms` is Unix time in milliseconds."""

    quote_id: str
    number: str
    version: int
    account_id: str
    account_name: str
    currency_code: str
    lines: tuple[Line, ...]
    total_minor: int
    payment_terms: PaymentTerms
    valid_until_ms: int


def price_lines(
    wanted: Sequence[WantedLine], catalogue: Mapping[str, CatalogueEntry], currency_code: str
) -> tuple[Line, ...]:
    """Lines with prices from the tiers unless a line names its own.

    Raises ProductNotFound, CurrencyMismatch, BelowPriceFloor, InvalidValue with the line's path.
    """
    if not 1 <= len(wanted) <= LINES_MAX:
        raise InvalidValue(f"A quote has 1 to {LINES_MAX} lines.", field="lines")
    lines = tuple(_price_line(line, catalogue, currency_code, f"lines[{i}]") for i, line in enumerate(wanted))
    total_amount((line.amount_minor for line in lines), "lines")
    return lines


def _price_line(wanted: WantedLine, catalogue: Mapping[str, CatalogueEntry], currency_code: str, path: str) -> Line:
    entry = catalogue.get(wanted.sku)
    if entry is None:
        raise ProductNotFound("The catalogue has no such product.", field=f"{path}.sku", sku=wanted.sku)
    if entry.currency_code != currency_code:
        raise CurrencyMismatch(
            f"This product is priced in {entry.currency_code}.",
            field=f"{path}.sku",
            product_currency=entry.currency_code,
        )
    quantity = check_quantity(wanted.quantity, f"{path}.quantity")
    tier = tier_price(entry.tiers, quantity)
    if wanted.unit_price_minor < 0:
        raise InvalidValue("A unit price is not negative.", field=f"{path}.unit_price_minor")
    price = wanted.unit_price_minor or tier
    check_floor(price, entry, path)
    amount = line_amount(quantity, price, path)
    return Line(entry.sku, entry.name, entry.unit, quantity, price, amount, tier)


def check_floor(unit_price_minor: int, entry: CatalogueEntry, path: str) -> None:
    """Raises BelowPriceFloor when nobody may offer this price."""
    if unit_price_minor < entry.floor_price_minor:
        raise BelowPriceFloor(
            f"The lowest price of {entry.sku} is {entry.floor_price_minor} minor units.",
            field=f"{path}.unit_price_minor",
            floor_price_minor=str(entry.floor_price_minor),
        )


def check_validity(valid_until: datetime | None, now: datetime) -> datetime:
    """When the offer ends (UTC, whole milliseconds): 30 days from now unless named, later than now, at most 5 years."""
    until = valid_until or now + VALIDITY_DEFAULT
    if not now < until <= now + VALIDITY_MAX:
        raise InvalidValue("The validity ends after now and within five years.", field="valid_until")
    return until.replace(microsecond=until.microsecond // 1000 * 1000)


def canonical_json(content: QuoteContent) -> str:
    """One text for one content: keys sorted, no spaces, integers only, UTF-8 characters as they are."""
    return json.dumps(asdict(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(content: QuoteContent) -> str:
    """SHA-256 of the canonical form, hex."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
