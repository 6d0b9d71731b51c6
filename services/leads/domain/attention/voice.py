"""What a customer said, word by word, and whether it tells of a problem."""

import re
from enum import StrEnum

from services.leads.domain.attention.checks import words

SENTENCE_CHARS, ANSWER_CHARS = 500, 1_000
# A word of praise or of negation before it turns a complaint around: "不贵", "not expensive".
_COMPLAINTS = re.compile(
    r"(?P<turned>不算|不太|不会|不再|没有|从不|不|没|\bno |\bnot (?:too |very |that |so )?|\bnever )?"
    r"(?P<complaint>太?慢|太?贵|偏高|太高|延误|延迟|拖延|拖了|超期|没人|投诉|故障|坏了?|破损|损坏|退货|质量差|太差|很差|出错|错误|"
    r"漏发|发错|少发|缺货|断货|崩溃|卡顿|太卡|死机|不满|失望|麻烦|难用|复杂|看不懂|联系不上|不回|不理|不准|不稳定|不够|不好|不行|(?<!能)不能|不如|不上|对不上|不打招呼|晚了|漏水|漏油|划痕|掉线|停机|停了|开错|没有回音|没结|太费|返工|"
    r""
    r"\b(?:slow|late|delay\w*|expensive|overpriced|broken|damaged|defect\w*|fault\w*|fail\w*|crash\w*|bugs?|wrong|"
    r"missing|poor|bad|worse|worst|complain\w*|unhappy|disappoint\w*|difficult|confusing|complicated|unreachable|"
    r"ignored|scratch\w*|broke|drop(?:s|ped)|hard to|in the rain|without the|out of stock|short of|cannot|"
    r"can't|doesn't|does not|nobody|never)\b)",
    re.IGNORECASE,
)


class VoiceState(StrEnum):
    """Whether a voice tells of a problem, and whether that is solved."""

    HEARD = "heard"
    OPEN = "open"
    RESOLVED = "resolved"


def check_sentence(sentence: str) -> str:
    """The literal sentence, on one line. Raises FieldProblem."""
    return words("sentence", " ".join(sentence.split()), SENTENCE_CHARS)


def is_negative(sentence: str) -> bool:
    """Whether the sentence complains, by its words (Chinese and English)."""
    return any(not found["turned"] for found in _COMPLAINTS.finditer(sentence))
