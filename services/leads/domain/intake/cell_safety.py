"""Cells that a spreadsheet program would take for formulas."""

# OWASP's list: a tab or a carriage return before one of the others is dropped when a file is opened.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
_QUOTE = "'"


def neutralised(text: str) -> str:
    """The text as a spreadsheet program shows it, never evaluates it: with a quote before what starts a formula."""
    return _QUOTE + text if _starts_formula(text) else text


def without_quote(text: str) -> str:
    """What `neutralised` made of it, back again: a file of bad rows can be corrected and sent in as it is."""
    return text[1:] if text.startswith(_QUOTE) and _starts_formula(text[1:]) else text


def _starts_formula(text: str) -> bool:
    return text.lstrip(" ").startswith(_STARTS)
