"""The themes of the voice wall: first by a dictionary of keywords, the rest by what their words share.

Everything is deterministic: the same voices make the same wall, in whatever order they come.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.leads.domain.attention.checks import both_languages, word_list, words
from services.leads.domain.attention.clusters import clustered, shared_words
from services.leads.domain.attention.shares import shares_bp
from services.leads.domain.errors import FieldProblem

THEMES, KEYWORDS, KEY_CHARS, TITLE_CHARS, KEYWORD_CHARS = 100, 200, 64, 100, 50
# Comparing everything with everything grows with the square; a larger rest keeps its excess in "other".
CLUSTERED_MOST = 400
OTHER = "other"
_OTHER_TITLES = {"zh": "其他", "en": "Other"}
_ASCII = re.compile(r"[\x00-\x7f]+")

Cut = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Theme:
    """A theme of the dictionary: its titles by language tag, and the words that point to it."""

    key: str
    titles: Mapping[str, str]
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Sentence:
    """One voice."""

    id: str
    text: str


@dataclass(frozen=True)
class WallTheme:
    """A theme of the wall: which voices, and their share of all in basis points."""

    key: str
    titles: Mapping[str, str]
    sentence_ids: tuple[str, ...]
    share_bp: int


def check_themes(themes: Sequence[Theme]) -> tuple[Theme, ...]:
    """The dictionary, if it can be used. Raises FieldProblem."""
    if len(themes) > THEMES:
        raise FieldProblem("voice_themes", "TOO_MANY", f"最多 {THEMES} 个主题", f"at most {THEMES} themes")
    checked = tuple(_checked(f"voice_themes[{place}]", theme) for place, theme in enumerate(themes))
    if len({theme.key for theme in checked} | {OTHER}) != len(checked) + 1:
        raise FieldProblem("voice_themes", "NOT_UNIQUE", "主题的 key 重复", f'each key once, and none is "{OTHER}"')
    return checked


def theme_of(text: str, themes: Sequence[Theme]) -> Theme | None:
    """The theme that most keywords point to; of equal ones that of the longest keyword, then the first."""
    best, best_rank = None, (0, 0)
    for theme in themes:
        hits = [word for word in theme.keywords if _pattern(word).search(text)]
        rank = (len(hits), max(map(len, hits), default=0))
        if rank > best_rank:
            best, best_rank = theme, rank
    return best


def wall_of(sentences: Sequence[Sentence], themes: Sequence[Theme], cut: Cut) -> list[WallTheme]:
    """The themes of the sentences, the largest first and "other" last. `cut` divides text into words."""
    groups: dict[str, list[str]] = defaultdict(list)
    titles: dict[str, Mapping[str, str]] = {OTHER: _OTHER_TITLES}
    rest: list[Sentence] = []
    for sentence in sorted(sentences, key=lambda each: each.id):
        theme = theme_of(sentence.text, themes)
        if theme is None:
            rest.append(sentence)
        else:
            titles[theme.key] = theme.titles
            groups[theme.key].append(sentence.id)
    for key, title, ids in _clusters(rest, cut):
        titles.setdefault(key, {"zh": title, "en": title})
        groups[key] += ids
    order = sorted(groups, key=lambda key: (key == OTHER, -len(groups[key]), key))
    shares = shares_bp([len(groups[key]) for key in order])
    return [WallTheme(key, titles[key], tuple(groups[key]), share) for key, share in zip(order, shares, strict=True)]


def _clusters(rest: Sequence[Sentence], cut: Cut) -> list[tuple[str, str, list[str]]]:
    """Key, title and members of each cluster; what stands alone is "other"."""
    bags = [Counter(shared_words(cut(sentence.text.lower()))) for sentence in rest[-CLUSTERED_MOST:]]
    members = rest[-CLUSTERED_MOST:]
    found: list[tuple[str, str, list[str]]] = []
    others = [sentence.id for sentence in rest[:-CLUSTERED_MOST]]
    for places, top in clustered(bags):
        ids = [members[place].id for place in places]
        if len(ids) == 1:
            others += ids
        else:
            found.append((f"words:{'+'.join(top)}", " / ".join(top), ids))
    return [*found, (OTHER, "", others)] if others else found


def _checked(path: str, theme: Theme) -> Theme:
    keywords = word_list(f"{path}.keywords", theme.keywords, items=KEYWORDS, chars=KEYWORD_CHARS)
    if not keywords:
        raise FieldProblem(f"{path}.keywords", "MISSING", "至少一个关键词", "at least one keyword")
    return Theme(
        words(f"{path}.key", theme.key, KEY_CHARS),
        both_languages(f"{path}.titles", theme.titles, TITLE_CHARS),
        keywords,
    )


@lru_cache(maxsize=THEMES * KEYWORDS)
def _pattern(keyword: str) -> re.Pattern[str]:
    """A keyword of Latin letters must begin a word ("deliver" finds "delivery"); a Chinese one may stand anywhere."""
    start = r"\b" if _ASCII.fullmatch(keyword) else ""
    return re.compile(start + re.escape(keyword), re.IGNORECASE)
