"""Bounds of the texts that people type."""

import re
import unicodedata

from services.quotes.domain.errors import InvalidValue

_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_sku(sku: str, field: str) -> str:
    """Letters, digits, dot, dash, underscore, at most 64: it stands in a path of the HTTP API."""
    if not _SKU.fullmatch(sku):
        raise InvalidValue("A SKU has 1 to 64 letters, digits, dots, dashes or underscores.", field=field)
    return sku


def check_text(text: str, field: str, *, longest: int, required: bool = True) -> str:
    """One line of text without control characters, trimmed; raises InvalidValue."""
    trimmed = text.strip()
    if required and not trimmed:
        raise InvalidValue("Must not be empty.", field=field)
    if len(trimmed) > longest:
        raise InvalidValue(f"At most {longest} characters.", field=field)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in trimmed):
        raise InvalidValue("Control characters are not allowed.", field=field)
    return trimmed


def check_comment(text: str, field: str, *, required: bool) -> str:
    """A comment of several lines, at most 2,000 characters; raises InvalidValue."""
    lines = [check_text(line, field, longest=2000, required=False) for line in text.strip().splitlines()]
    comment = "\n".join(lines)
    if required and not comment:
        raise InvalidValue("Say what has to change.", field=field)
    if len(comment) > 2000:
        raise InvalidValue("At most 2000 characters.", field=field)
    return comment
