"""Integer money: bounds and sums that billing can turn into a contract and add up in 64 bits."""

import re
from collections.abc import Iterable

from services.quotes.domain.errors import InvalidValue

# Ten trillion in a two-digit currency. Billing starts no contract above it, so nothing above it may be signed.
AMOUNT_MAX = 10**15
QUANTITY_MAX = 1_000_000_000
_CURRENCY = re.compile(r"[A-Z]{3}")


def check_currency(code: str, field: str) -> str:
    """An ISO 4217 code in capitals; raises InvalidValue."""
    if not _CURRENCY.fullmatch(code):
        raise InvalidValue("A currency is three capital letters (ISO 4217).", field=field)
    return code


def check_minor(amount_minor: int, field: str, *, least: int = 0) -> int:
    """An amount in minor units from `least` to the maximum; raises InvalidValue."""
    if not least <= amount_minor <= AMOUNT_MAX:
        raise InvalidValue(f"An amount in minor units from {least} to {AMOUNT_MAX}.", field=field)
    return amount_minor


def check_quantity(quantity: int, field: str) -> int:
    """A whole number of units, at least 1; raises InvalidValue."""
    if not 1 <= quantity <= QUANTITY_MAX:
        raise InvalidValue(f"A quantity from 1 to {QUANTITY_MAX}.", field=field)
    return quantity


def line_amount(quantity: int, unit_price_minor: int, field: str) -> int:
    """Quantity times unit price; raises InvalidValue above the maximum."""
    amount = quantity * unit_price_minor
    if amount > AMOUNT_MAX:
        raise InvalidValue("Quantity times unit price is larger than any amount can be.", field=field)
    return amount


def total_amount(amounts_minor: Iterable[int], field: str) -> int:
    """The sum of the lines; raises InvalidValue above the maximum."""
    total = sum(amounts_minor)
    if total > AMOUNT_MAX:
        raise InvalidValue("The lines add up to more than any amount can be.", field=field)
    return total
