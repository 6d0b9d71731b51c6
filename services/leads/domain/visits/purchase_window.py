"""When a customer wants to buy: the days that a note speaks of next to buying."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from services.leads.domain.visits.clauses import Clause, clauses
from services.leads.domain.visits.planned_action import ZONE, is_action
from services.leads.domain.visits.time_phrases import time_phrases

_BUYING = re.compile(
    r"采购|验收|铺开|推广|到期|购买|购置|买|下单|签(?:合同|约|单)|定下来|敲定|决定|决策|立项|招标|开标|定标|中标|投标|选型"
    r"|上线|启动|更换|换(?:系统|掉|新|一套)"
    r"|替换|装好|用起来|投产|实施|交付|到货|订货|进货|补货|预算|批下来|拍板|二期|三期|扩容"
    r"|开[^，。]{0,4}店|落地|切换|上[^，。]{0,3}(?:系统|产线|设备|项目)"
    r"|\b(?:buy|purchas\w+|decid\w+|decision|sign|go[- ]live|roll ?out|budget|tender"
    r"|kick ?off|launch|order|replace|PO)\b",
    re.IGNORECASE,
)
_NOT_BUYING = re.compile(
    r"(?:没有?|无|不会?|不再|暂不|不打算|不准备|取消|推迟)[^，。]{0,6}(?:采购|购买|买|计划|打算|立项|招标|下单|预算|启动)"
    r"|\b(?:no plans?|not|won't|don't)\b[^,.]{0,20}(?:buy|purchase|budget|decide)",
    re.IGNORECASE,
)
_OVER = re.compile(r"去年|上个?月|上周|昨天|已经(?:采购|买|上线|招标|签)|刚(?:采购|买|上线)")
_ONLY_TIME = re.compile(
    r"^(?:时间|大概|大约|最晚|最快|最迟|预计|计划|应该|可能|估计|争取|要|得|在|是|上|要到|等|再说|左右|吧|的|了|也|就|\s)*$"
)


@dataclass(frozen=True)
class PurchaseWindow:
    """From the first to the last day, as the visit's place counts days; `words` are the literal ones."""

    first: date
    last: date
    words: str


def find_window(text: str, at: datetime) -> PurchaseWindow | None:
    """The first purchase window of a note written at `at` (UTC), or None."""
    today = at.astimezone(ZONE).date()
    parts = clauses(text)
    for index, clause in enumerate(parts):
        beside = (parts[index - 1] if index else None, parts[index + 1] if index + 1 < len(parts) else None)
        if _NOT_BUYING.search(clause.text) or _OVER.search(clause.text) or is_action(clause, today):
            continue
        phrases = time_phrases(clause.text, today)
        if phrases and (_BUYING.search(clause.text) or _speaks_of_time_only(clause, phrases[0].words, beside)):
            return PurchaseWindow(phrases[0].first, phrases[0].last, phrases[0].words)
    return None


def _speaks_of_time_only(clause: Clause, words: str, beside: tuple[Clause | None, Clause | None]) -> bool:
    """True for "最晚年底前" next to a clause that speaks of buying."""
    if not _ONLY_TIME.match(clause.text.replace(words, "", 1)):
        return False
    return any(each is not None and _BUYING.search(each.text) for each in beside)
