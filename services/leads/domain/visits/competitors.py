"""Which rivals a note speaks of: names as data, found at word borders, unless they are ruled out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.leads.domain.errors import FieldProblem
from services.leads.domain.visits.clauses import clauses

Words = Callable[[str], Sequence[str]]

NAME_LENGTH = 60
ALIASES_LIMIT = 20
COMPETITORS_LIMIT = 300
# Said of a rival, these mean that he is out.
_RULED_OUT_BEFORE = re.compile(
    r"(?:没有?|不再?|未|没打算|不会)\s*(?:考虑|接触|选择?|看(?!懂)|用过|用|联系|谈过|找|想用|打算用)[^，。]{0,6}$"
    r"|(?:排除|放弃|淘汰|否决|拒绝|out of|ruled out|dropped|rejected|not considering|no)(?:了|掉|的)?\s*[^，。]{0,3}$",
    re.IGNORECASE,
)
_RULED_OUT_AFTER = re.compile(
    r"^[^，。]{0,6}(?:出局|被(?:排除|淘汰|否决)|不考虑|没考虑|已经?放弃|is out|was rejected)", re.IGNORECASE
)
_ALL_OUT_NEXT = re.compile(r"^(?:他们|客户|老板)?(?:已经|早就|就)?(?:放弃|排除|淘汰|不考虑)(?:了|掉)?$")


@dataclass(frozen=True)
class Competitor:
    """A rival: his name, other spellings, and longer words in which these mean somebody else."""

    name: str
    aliases: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mention:
    """A rival as the note has him, literally."""

    name: str
    words: str


DEFAULT_COMPETITORS = (
    Competitor("用友", ("Yonyou", "YonSuite", "用友网络", "U8", "U9")),
    Competitor("金蝶", ("Kingdee", "云星空", "K3")),
    Competitor("SAP", ("思爱普", "S/4HANA")),
    Competitor("Oracle", ("甲骨文", "NetSuite")),
    Competitor("浪潮", ("Inspur",), ("化浪潮", "浪潮下", "浪潮中", "浪潮里")),
    Competitor("鼎捷", ("Digiwin",)),
    Competitor("销售易", ("Neocrm",)),
    Competitor("纷享销客", ("Fxiaoke", "纷享")),
    Competitor("Salesforce", ("赛富时",)),
    Competitor("管家婆", ("任我行软件",)),
    Competitor("Microsoft", ("微软", "Dynamics"), ("微软雅黑", "Microsoft Excel", "Microsoft Word")),
    Competitor("致远", ("Seeyon",)),
    Competitor("泛微", ("Weaver",)),
    Competitor("有赞", ("Youzan",)),
    Competitor("微盟", ("Weimob",)),
)


def check_competitors(competitors: Sequence[Competitor]) -> tuple[Competitor, ...]:
    """The dictionary, if it can be used: names with words in them, no name or alias twice. Raises FieldProblem."""
    if len(competitors) > COMPETITORS_LIMIT:
        raise FieldProblem(
            "competitors", "TOO_MANY", f"最多 {COMPETITORS_LIMIT} 个", f"at most {COMPETITORS_LIMIT} competitors"
        )
    seen: set[str] = set()
    for index, each in enumerate(competitors):
        field = f"competitors[{index}]"
        if max(len(each.aliases), len(each.not_in)) > ALIASES_LIMIT:
            raise FieldProblem(field, "TOO_MANY", f"别名最多 {ALIASES_LIMIT} 个", f"at most {ALIASES_LIMIT} aliases")
        for spelling in (each.name, *each.aliases):
            folded = spelling.strip().casefold()
            if not 2 <= len(folded) <= NAME_LENGTH:
                raise FieldProblem(field, "LENGTH", "名称须为 2 至 60 个字符", "names have 2 to 60 characters")
            if folded in seen:
                raise FieldProblem(field, "REPEATED", f"重复：{spelling}", f"{spelling} stands there twice")
            seen.add(folded)
    return tuple(
        Competitor(each.name.strip(), tuple(map(str.strip, each.aliases)), tuple(each.not_in)) for each in competitors
    )


def find_competitors(text: str, words: Words, dictionary: Sequence[Competitor]) -> tuple[Mention, ...]:
    """The rivals that are in the running, each once, in the order of the note. `words` cuts Chinese text into words."""
    found: dict[str, tuple[int, Mention]] = {}
    parts = clauses(text)
    for index, clause in enumerate(parts):
        borders = _borders(words(clause.text))
        following = parts[index + 1].text if index + 1 < len(parts) else ""
        for competitor in dictionary:
            for start, end in _places(clause.text, competitor, borders):
                if not _is_ruled_out(clause.text, start, end, following) and competitor.name not in found:
                    found[competitor.name] = (
                        clause.start + start,
                        Mention(competitor.name, clause.text[start:end]),
                    )
    return tuple(mention for _, mention in sorted(found.values(), key=lambda each: each[0]))


def _places(text: str, competitor: Competitor, borders: frozenset[int]) -> list[tuple[int, int]]:
    blocked = [match.span() for each in competitor.not_in for match in re.finditer(re.escape(each), text, re.I)]
    places = []
    for spelling in (competitor.name, *competitor.aliases):
        is_latin = spelling.isascii()
        pattern = rf"(?<![A-Za-z0-9]){re.escape(spelling)}(?![A-Za-z0-9])" if is_latin else re.escape(spelling)
        for match in re.finditer(pattern, text, re.IGNORECASE):
            inside = any(start < match.end() and match.start() < end for start, end in blocked)
            at_borders = is_latin or {match.start(), match.end()} <= borders
            if at_borders and not inside:
                places.append(match.span())
    return places


def _borders(words: Sequence[str]) -> frozenset[int]:
    """The places between words."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return frozenset(ends)


def _is_ruled_out(text: str, start: int, end: int, following: str) -> bool:
    return bool(
        _RULED_OUT_BEFORE.search(text[:start]) or _RULED_OUT_AFTER.search(text[end:]) or _ALL_OUT_NEXT.search(following)
    )
