"""Texts from templates: how names, amounts, times and coded words read in each language.

Values are plain data, as they are stored: text and numbers, aware datetimes, {"word": key} for a word of the
catalogue, {"currency_code": ..., "amount_minor": ...} for money, {"texts": {language: text}} for a text that came in
several languages, {"names": [...]} for a list.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
# Currencies without minor units, and those with three digits; all others have two.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3, "JOD": 3, "IQD": 3}
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}
_MISSING = "—"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language: template -> (title, text), and the words for coded values."""

    language: str
    templates: Mapping[str, tuple[str, str]]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A title of one line, and the text below it."""

    title: str
    text: str


def render(catalogue: Catalogue, template: str, values: Mapping[str, Any], zone: tzinfo) -> Message:
    """The message of a template. Values never act as templates themselves. Raises KeyError for an unknown template."""
    title, text = catalogue.templates[template]
    shown = _Shown({name: _show(value, catalogue, zone) for name, value in values.items()})
    return Message(_one_line(title.format_map(shown)), text.format_map(shown))


def placeholders(template: str) -> frozenset[str]:
    """The names that a template uses."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def money_text(amount_minor: int, currency_code: str) -> str:
    """123456 CNY -> "¥1,234.56"; a currency without a known sign shows its code."""
    digits = _MINOR_DIGITS.get(currency_code, 2)
    sign = _SIGNS.get(currency_code, f"{currency_code} ")
    whole, rest = divmod(abs(amount_minor), 10**digits)
    minor = f".{rest:0{digits}d}" if digits else ""
    return f"{'-' if amount_minor < 0 else ''}{sign}{whole:,}{minor}"


class _Shown(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _MISSING


def _show(value: Any, catalogue: Catalogue, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return _show_mapping(value, catalogue)
    return str(value) if value not in (None, "") else _MISSING


def _show_mapping(value: Mapping[str, Any], catalogue: Catalogue) -> str:
    if "amount_minor" in value:
        return money_text(int(value["amount_minor"]), str(value.get("currency_code", "")))
    if "word" in value:
        word = str(value["word"])
        return catalogue.words.get(word) or word.rpartition(".")[2] or _MISSING
    if "texts" in value:
        texts = value["texts"]
        return str(texts.get(catalogue.language) or next(iter(texts.values()), _MISSING))
    names = [str(name) for name in value.get("names", ())]
    return ("、" if catalogue.language == "zh" else ", ").join(names) or _MISSING


def _one_line(text: str) -> str:
    return " ".join(text.split())
