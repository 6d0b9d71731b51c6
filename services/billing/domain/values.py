"""Values that check themselves when they are built. Every violation is a ValueError."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

# Ten trillion in a two-digit currency: far above any contract, far below what int64 sums overflow at.
MAX_AMOUNT_MINOR = 10**15

_CURRENCY = re.compile(r"[A-Z]{3}")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Money:
    """An amount in minor units (fen, cent) with its ISO 4217 currency; never negative, never beyond the maximum."""

    currency_code: str
    amount_minor: int

    def __post_init__(self) -> None:
        if not _CURRENCY.fullmatch(self.currency_code):
            raise ValueError("currency_code must be three capital letters (ISO 4217)")
        if self.amount_minor < 0:
            raise ValueError("amount_minor must not be negative")
        if self.amount_minor > MAX_AMOUNT_MINOR:
            raise ValueError(f"amount_minor must not exceed {MAX_AMOUNT_MINOR}")


def positive_money(currency_code: str, amount_minor: int) -> Money:
    """Money that somebody invoices or pays: above zero."""
    money = Money(currency_code, amount_minor)
    if money.amount_minor == 0:
        raise ValueError("amount_minor must be above zero")
    return money


def plausible_time(instant: datetime) -> datetime:
    """The same UTC instant when it lies in this century; the years 1900 and 9999 are typing errors, not dates."""
    if not _EARLIEST <= instant < _LATEST:
        raise ValueError("time must be between the years 2000 and 2099")
    return instant


def reference(text: str, *, longest: int = 64) -> str:
    """A number or reference from outside, trimmed: 1 to `longest` printable characters."""
    trimmed = text.strip()
    if not trimmed:
        raise ValueError("must not be empty")
    return free_text(trimmed, longest=longest)


def free_text(text: str, *, longest: int) -> str:
    """Text of at most `longest` printable characters; may be empty."""
    if len(text) > longest:
        raise ValueError(f"must not be longer than {longest} characters")
    if not all(_is_readable(character) for character in text):
        raise ValueError("must not contain control characters")
    return text


def _is_readable(character: str) -> bool:
    """Banks pad with the full-width space, which isprintable() does not count among the printable characters."""
    return character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs"
