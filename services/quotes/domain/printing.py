"""Figures as people read them: amounts with their currency's decimals, shares, instalments."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from services.quotes.domain.terms import WHOLE_BP, InstalmentTerm

# ISO 4217 currencies whose minor unit is not a hundredth.
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


def amount_text(amount_minor: int, currency_code: str) -> str:
    """For example 1234567 CNY as "12,345.67"."""
    decimals = _DECIMALS.get(currency_code, 2)
    whole, rest = divmod(amount_minor, 10**decimals)
    return f"{whole:,}.{rest:0{decimals}d}" if decimals else f"{whole:,}"


def share_text(share_bp: int) -> str:
    """For example 3333 as "33.33 %"."""
    return f"{share_bp / 100:g} %"


def date_text(moment: datetime, zone: tzinfo) -> str:
    """The calendar day of an instant in the company's time zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d")


def time_text(moment: datetime, zone: tzinfo) -> str:
    """An instant in the company's time zone with its offset from UTC, to the minute."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} UTC{local.isoformat()[-6:]}"


def instalment_amounts(total_minor: int, instalments: Sequence[InstalmentTerm]) -> list[int]:
    """The instalments in minor units; they add up to the total exactly.

    Largest remainder, the earlier one wins a tie: what the contract's payment plan will say.
    """
    exact = [total_minor * term.share_bp for term in instalments]
    amounts = [value // WHOLE_BP for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] % WHOLE_BP), i))
    for i in by_remainder[: total_minor - sum(amounts)]:
        amounts[i] += 1
    return amounts
