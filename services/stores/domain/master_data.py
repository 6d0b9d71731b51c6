"""What a text of master data may look like."""

import re
import unicodedata

MAX_TEXT = 200
MAX_KEY = 64


def require_text(text: str) -> str:
    """Something a person can read, up to 200 characters. Raises ValueError."""
    if not text.strip() or len(text) > MAX_TEXT or not all(map(_is_readable, text)):
        raise ValueError(f"1 to {MAX_TEXT} printable characters")
    return text


def allow_text(text: str) -> str:
    """The same, or nothing. Raises ValueError."""
    return require_text(text) if text else text


def require_key(text: str) -> str:
    """A SKU or a member's id: up to 64 printable characters. Raises ValueError."""
    if not text or len(text) > MAX_KEY or not text.isprintable():
        raise ValueError(f"1 to {MAX_KEY} printable characters")
    return text


def require_currency(code: str) -> str:
    """An ISO 4217 code. Raises ValueError."""
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("three capital letters, for example CNY")
    return code


def _is_readable(character: str) -> bool:
    """Chinese names of two characters are padded with the full-width space, which isprintable() leaves out."""
    return character.isprintable() or unicodedata.category(character) == "Zs"
