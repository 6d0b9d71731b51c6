"""The texts of notify, one file for each language; loaded once."""

import json
from functools import cache
from pathlib import Path

from services.notify.domain.texts import DEFAULT_LANGUAGE, LANGUAGES, Catalogue


@cache
def catalogue(language: str) -> Catalogue:
    """The texts of a language ("zh", "zh-CN", "en"); of the default language for any other."""
    short = language.lower().partition("-")[0]
    if short not in LANGUAGES:
        return catalogue(DEFAULT_LANGUAGE)
    stored = json.loads(Path(__file__).with_name(f"{short}.json").read_text(encoding="utf-8"))
    templates = {name: (title, text) for name, (title, text) in stored["templates"].items()}
    return Catalogue(short, templates, stored["words"])
