"""Values at the door: bounded words, lists, numbers and texts in two languages."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.leads.domain.errors import FieldProblem

LANGUAGES = ("zh", "en")
# A phone or a mail server may be a little ahead of us.
AHEAD = timedelta(minutes=5)


def words(field: str, text: str, limit: int, *, required: bool = True) -> str:
    """The text without blanks around it, of at most `limit` characters. Raises FieldProblem."""
    stripped = text.strip()
    if required and not stripped:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    if len(stripped) > limit:
        raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} characters")
    return stripped


def word_list(field: str, texts: Sequence[str], *, items: int, chars: int) -> tuple[str, ...]:
    """Each text once, in their order, empty ones left out. Raises FieldProblem."""
    if len(texts) > items:
        raise FieldProblem(field, "TOO_MANY", f"最多 {items} 项", f"at most {items}")
    checked = (words(f"{field}[{number}]", text, chars, required=False) for number, text in enumerate(texts))
    return tuple(dict.fromkeys(text for text in checked if text))


def both_languages(field: str, texts: Mapping[str, str], limit: int) -> dict[str, str]:
    """The same in Chinese and in English. Raises FieldProblem when one is missing, or there is a third."""
    if unknown := sorted(set(texts) - set(LANGUAGES)):
        raise FieldProblem(f"{field}.{unknown[0]}", "UNKNOWN_LANGUAGE", "语言须为 zh 或 en", "must be zh or en")
    return {tag: words(f"{field}.{tag}", texts.get(tag, ""), limit) for tag in LANGUAGES}


def number(field: str, value: int, least: int, most: int) -> int:
    """The number, if it lies between the two. Raises FieldProblem."""
    if not least <= value <= most:
        raise FieldProblem(field, "OUT_OF_RANGE", f"须在 {least} 与 {most} 之间", f"must be {least} to {most}")
    return value


def past_moment(field: str, moment: datetime | None, now: datetime, back: timedelta) -> datetime:
    """`moment`, or `now` (both UTC) without one; it lies at most `back` ago. Raises FieldProblem."""
    if moment is None:
        return now
    if not now - back <= moment <= now + AHEAD:
        days = back.days
        raise FieldProblem(
            field, "OUT_OF_RANGE", f"须在过去 {days} 天之内", f"must be within the last {days} days, not ahead"
        )
    return moment
