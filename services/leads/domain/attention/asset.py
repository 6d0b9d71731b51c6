"""Assets: what somebody worked out once and others reuse; and how their text is found."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.leads.domain.attention.checks import LANGUAGES, word_list, words
from services.leads.domain.errors import FieldProblem

TITLE_CHARS, TEXT_CHARS, TAG_CHARS, SEGMENT_CHARS, QUERY_CHARS = 200, 8_000, 50, 100, 200
TAGS = 20
FILE_BYTES = 10_000_000
# What one asset is found by; a text of 8,000 characters stays below it.
TERMS_KEPT = 10_000
_WORD = re.compile(r"\w", re.UNICODE)
_HAN = re.compile(r"[㐀-鿿豈-﫿]+")
# A question has them, its answer need not.
_PARTICLES = frozenset("的了吗呢吧啊么着得地和与及在是")

Cut = Callable[[str], Sequence[str]]


class AssetKind(StrEnum):
    """What an asset is good for."""

    SOLUTION = "solution"
    OBJECTION_ANSWER = "objection_answer"
    KEY_ACTION = "key_action"


@dataclass(frozen=True)
class AssetContent:
    """What a person writes about an asset; `segment` is the industry it is for, `language` "zh" or "en"."""

    title: str
    text: str
    tags: tuple[str, ...] = ()
    segment: str = ""
    language: str = "zh"


def check_content(content: AssetContent) -> AssetContent:
    """The content, if it can be kept. Raises FieldProblem."""
    if content.language not in LANGUAGES:
        raise FieldProblem("language", "UNKNOWN_LANGUAGE", "语言须为 zh 或 en", "must be zh or en")
    return AssetContent(
        words("title", content.title, TITLE_CHARS),
        words("text", content.text, TEXT_CHARS),
        tuple(tag.lower() for tag in word_list("tags", content.tags, items=TAGS, chars=TAG_CHARS)),
        words("segment", content.segment, SEGMENT_CHARS, required=False),
        content.language,
    )


def terms_of(content: AssetContent, cut: Cut) -> list[str]:
    """Everything that the asset is found by: its words, and of Chinese each character and every two neighbours.

    Those find a word also where the text around it was cut in another way. `cut` divides text into words.
    """
    text = " ".join((content.title, content.text, *content.tags)).lower()
    found = {word for word in cut(text) if _WORD.search(word)}
    return sorted(found.union(*({*run, *_pairs(run)} for run in _HAN.findall(text))))[:TERMS_KEPT]


def terms_wanted(query: str, cut: Cut) -> list[str]:
    """What an asset must have all of to be an answer to `query`; empty for a query without words."""
    wanted: set[str] = set()
    for word in cut(words("text", query, QUERY_CHARS, required=False).lower()):
        if _HAN.fullmatch(word) and len(word) > 1:
            wanted.update(_pairs(word))
        elif _WORD.search(word) and word not in _PARTICLES:
            wanted.add(word)
    return sorted(wanted)


def _pairs(run: str) -> set[str]:
    return {run[place : place + 2] for place in range(len(run) - 1)}
