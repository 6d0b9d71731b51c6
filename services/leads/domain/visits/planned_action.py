"""What we want to do next at a customer, and until when."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.leads.domain.visits.clauses import Clause, clauses
from services.leads.domain.visits.numerals import CHINESE_NUMBER, number_of
from services.leads.domain.visits.time_phrases import TimePhrase, time_phrases

ZONE = ZoneInfo("Asia/Shanghai")
END_OF_WORK = time(18)
_THINGS = (
    r"报价单?|方案|资料|案例|样品|样机|合同|初稿|标书|文档|说明|清单|报告|测试|POC|计划书|建议书|白皮书|PPT|演示"
    r"|邀请函|账号|发票|demo"
)
_VERBS = re.compile(
    rf"(?:发|提交|提供|给|出|递交|寄|送|整理|准备|做|写|更新|补充|带|讲)[^，。]{{0,8}}(?:{_THINGS})"
    r"|把[^，。]{1,16}(?:发|给|寄|送|提交|整理|准备|补|交|做)"
    r"|上门|拜访|回访|演示|面谈|打(?:个)?电话|致电|电话会议|视频会议|开会|见面|跟进|答复|回复|汇报|讲标|参观|复盘"
    r"|(?:安排|邀请|约)[^，。]{0,12}(?:交流|会|来|去|测试|见|谈|吃饭|考察)"
    r"|去(?:一趟|[^，。]{0,3}看看)|去[^，。]{0,8}(?:签合同|现场|拜访|交流|谈|量)"
    r"|(?<!再)联系[^，。]|确认[^，。]"
    r"|\b(?:send|call|demo|visit|follow[- ]?up|prepare|arrange|meet|schedule|present|email|provide)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"已经|已(?:把|发|给|经)|昨[天晚]|前天|上(?:个)?(?:周|月|次)|刚(?:才|刚)?|去年|过了"
    r"|了(?:电话|一次|报价|方案)(?!会)|\b(?:sent|called|met|visited|already|yesterday)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"不(?:需要|用|必|要|想|打算|会|接受|同意)|无需|别|没有?|暂不|拒绝|\b(?:don't|do not|doesn't|not|no need)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"^(?:[^，。我]{0,6})?(?:客户|他们|对方|老板|[一-鿿]{1,2}(?:总|经理|主任|工)|they|he|she|customer|client)"
    r"(?![^，。]{0,8}(?:我|us\b))[^，。]{0,6}?(?:计划|打算|要|会|说|问|希望|要求|答应|承诺|will|want|plan)",
    re.IGNORECASE,
)
# Steps inside the customer's house.
_INSIDE = re.compile(r"董事会|(?:给|向)(?:领导|老板|集团|总部)汇报|内部(?:开会|讨论|汇报)")
_RIVALS = re.compile(r"竞争对手|竞品|competitor", re.IGNORECASE)
_INTENT = re.compile(
    r"下一步|接下来|后续|待办|回去(?:后|之后|以后)?|我们?(?:会|要|来|去|负责|准备|尽快|先)|next step|todo"
    r"|to do|i will|i'll|we will",
    re.I,
)
_HANDING = re.compile(r"给|发|交|前|之前|by |before ")
_HOUR = re.compile(rf"(上午|早上|中午|下午|晚上)?({CHINESE_NUMBER})(?:点(半)?|:00)")


@dataclass(frozen=True)
class PlannedAction:
    """The plan in its literal words; `due_time` (UTC) is None when no time was said."""

    text: str
    due_time: datetime | None


def find_action(text: str, at: datetime) -> PlannedAction | None:
    """The first plan of ours in a note written at `at` (UTC), or None."""
    parts = clauses(text)
    for index, clause in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else None
        if (planned := _planned(clause, following, at)) is not None:
            return planned
    return None


def is_action(clause: Clause, today: date) -> bool:
    """True when the clause tells a dated plan of ours, so that its time is no purchase window."""
    return _is_ours(clause) and bool(time_phrases(clause.text, today))


def _planned(clause: Clause, following: Clause | None, at: datetime) -> PlannedAction | None:
    if not _is_ours(clause):
        return None
    today = at.astimezone(ZONE).date()
    phrases = time_phrases(clause.text, today)
    if phrases:
        return PlannedAction(clause.text, _due(clause.text, phrases[0]))
    if following is not None and len(following.text) <= 10 and _HANDING.search(following.text):
        behind = time_phrases(following.text, today)
        if behind:
            return PlannedAction(f"{clause.text}，{following.text}", _due(following.text, behind[0]))
    return PlannedAction(clause.text, None) if _INTENT.search(clause.text) else None


def _is_ours(clause: Clause) -> bool:
    words = clause.text
    if not _VERBS.search(words) or _OVER.search(words) or _NOT.search(words):
        return False
    if _INSIDE.search(words) and not re.search("我|咱", words):
        return False
    return not (_OTHERS.search(words) or _RIVALS.search(words))


def _due(words: str, phrase: TimePhrase) -> datetime:
    """The end of the last day, or the hour that is said."""
    hour = _HOUR.search(words, phrase.end)
    moment = END_OF_WORK
    if hour is not None and number_of(hour[2]) < 24:
        said = number_of(hour[2])
        late = hour[1] in ("下午", "晚上") or (hour[1] is None and said < 8)
        moment = time(said + 12 if late and said < 12 else said, 30 if hour[3] else 0)
    return datetime.combine(phrase.last, moment, ZONE).astimezone(UTC)
