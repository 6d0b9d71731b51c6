"""When two spellings mean the same company."""

import re
import unicodedata

_ENGLISH_FORMS = frozenset(
    ("co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "limited", "llc", "ltd")
)
# Longest first, so that a longer legal form is not cut in half. 集团 (group) stays: it is another legal entity.
_CHINESE_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "公司")
_WORD = re.compile(r"[^\W_]+")


def company_key(name: str) -> str:
    """The form of a company's name under which two spellings of it are equal.

    Width, case, spaces, punctuation and the legal form at the end do not tell companies apart; a city in brackets does.
    A name that consists of nothing else keeps what it has, so that no name has an empty key.
    """
    # Case folding can bring back composed characters, so the width is folded again after it.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    words = _WORD.findall(folded)
    while len(words) > 1 and words[-1] in _ENGLISH_FORMS:
        words.pop()
    key = "".join(words)
    while (shorter := _without_chinese_form(key)) != key:
        key = shorter
    return key or "".join(folded.split())


def _without_chinese_form(key: str) -> str:
    for form in _CHINESE_FORMS:
        if key.endswith(form) and len(key) > len(form):
            return key.removesuffix(form)
    return key
