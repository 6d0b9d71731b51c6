"""What people say instead of a date: 下个月, 年底前, Q3, 两周内, 国庆后, 11月中旬, next month, by Friday."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from services.leads.domain.visits import time_readers as readers
from services.leads.domain.visits.calendar_days import DAY, Days, after
from services.leads.domain.visits.numerals import CHINESE_NUMBER, ENGLISH_NUMBER

_Reader = Callable[[re.Match[str], date], Days | None]
_YEAR = r"(?P<year>今年|明年|后年|20\d\d年)?的?"
_PART = r"(?P<part>初|上旬|中旬|中|下旬|底|末)?"
_BEFORE = re.compile(r"\s*(?:之前|以前|前)(?!面|台|期|端)")
_BEFORE_ENGLISH = re.compile(r"(?:before|by|until)\s+(?:the\s+)?$", re.IGNORECASE)
_AFTER = re.compile(r"\s*(?:之后|以后|后|过后)(?!面|台|期|端)")


@dataclass(frozen=True)
class TimePhrase:
    """Words that mean the days from `first` to `last`, both included; `start` and `end` are their place in the text."""

    words: str
    first: date
    last: date
    start: int
    end: int


_N = rf"(?P<number>{CHINESE_NUMBER}|半)"
_EN = rf"(?P<number>{ENGLISH_NUMBER})"
_UNIT = r"个?(?P<unit>天|日|周|星期|礼拜|月|季度|年)"
_EN_UNIT = r"(?P<unit>days?|weeks?|months?|years?)"
_WEEK = r"(?:周|星期|礼拜)"
_PATTERNS: tuple[tuple[str, _Reader], ...] = (
    (rf"{_YEAR}(?:第)?(?P<q>[一二三四1-4])季度", readers.quarter),
    (rf"{_YEAR}(?<![A-Za-z0-9])Q(?P<q>[1-4])(?:\s*(?:of\s+)?(?P<q_year>20\d\d))?(?!\d)", readers.quarter),
    (r"(下个|下|本|这个|next|this)\s*(?:季度|quarter)", readers.relative_quarter),
    (rf"{_YEAR}(?P<half>上|下)半年", readers.half),
    (rf"{_YEAR}(?P<of_year>年?[初中底末])(?<=年[初中底末])", readers.year_part),
    (r"(?P<year>今年|明年|后年|20\d\d年)(?:之内|以内|内)?", readers.whole_year),
    (
        rf"{_YEAR}(?P<month>{CHINESE_NUMBER})月份?(?:(?P<day>{CHINESE_NUMBER})[日号]|{_PART})",
        readers.month,
    ),
    (rf"(?P<next>下下|下|这|本)个?月{_PART}(?:(?P<day>{CHINESE_NUMBER})[日号])?", readers.relative_month),
    (r"\b(?P<next>next|this)\s+month\b", readers.relative_month),
    (r"(?<![个下本这\d一二三四五六七八九十])月(?P<part>初|中|底|末)", readers.bare_month_part),
    (rf"(?<![\d月点])({CHINESE_NUMBER})[号日](?!楼|店|线|机|库)", readers.day_of_month),
    (rf"{_N}{_UNIT}(?:之内|以内|内)", readers.within),
    (rf"{_N}{_UNIT}(?:之后|以后|后)", readers.point),
    (rf"\bwithin\s+(?:the\s+next\s+)?{_EN}\s+{_EN_UNIT}", readers.within),
    (rf"\bin\s+{_EN}\s+{_EN_UNIT}", readers.point),
    (rf"(?P<which>下下|下|本|这|上)?个?{_WEEK}(?P<weekday>[一二三四五六日天])", readers.weekday),
    (rf"(?:(?P<which>next|this|last)\s+)?\b(?P<weekday>{'|'.join(readers.WEEKDAY_NAMES)})\b", readers.weekday),
    (rf"(?P<which>下下|下|本|这|上)?个?{_WEEK}(?P<end>末)", readers.week),
    (rf"(?P<which>下下|下|本|这|上)个?{_WEEK}(?:之内|内)?", readers.week),
    (r"\b(?P<which>next|this|last)\s+week\b", readers.week),
    (r"大后天|[今明后]天|今晚|\btoday\b|\btomorrow\b", readers.near),
    (rf"\b(?<=in |by )(?P<name>{'|'.join(readers.MONTH_NAMES)})(?:\s+(?P<en_year>20\d\d))?\b", readers.english_month),
    (r"\byear[- ]end\b|\bend of (?:the|this) year\b", readers.year_end),
    (r"\bend of (?:the|this) month\b", readers.month_end),
    (r"\b(?P<which>early |mid |late )?next year\b", readers.next_year),
    ("|".join(readers.HOLIDAYS), readers.holiday),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), reader) for pattern, reader in _PATTERNS)


def time_phrases(text: str, today: date) -> tuple[TimePhrase, ...]:
    """The days that `text` speaks of, in order, seen from `today`; what is over is left out."""
    found = sorted(_candidates(text), key=lambda each: (each[0].start(), -each[0].end()))
    phrases: list[TimePhrase] = []
    end = 0
    for match, reader in found:
        if match.start() < end:
            continue
        end = match.end()
        days = reader(match, today)
        if days is not None:
            phrase = _with_direction(text, match, days, today)
            if phrase.last >= today:
                phrases.append(phrase)
    return tuple(phrases)


def _candidates(text: str) -> Iterator[tuple[re.Match[str], _Reader]]:
    for pattern, reader in _COMPILED:
        for match in pattern.finditer(text):
            yield match, reader


def _with_direction(text: str, match: re.Match[str], days: Days, today: date) -> TimePhrase:
    """With what stands around it: until then, or after it. The last days of a span count as before its end."""
    first, last = days
    start, end = match.start(), match.end()
    is_holiday = match[0] in readers.HOLIDAYS
    if (before := _BEFORE.match(text, end)) or _BEFORE_ENGLISH.search(text[:start]):
        end = before.end() if before else end
        whole = is_holiday or ((last - first).days > 26 and not re.search(r"[底末]$|end|内$", match[0]))
        first, last = today, max(today, first - DAY if whole else last)
    elif is_holiday and (behind := _AFTER.match(text, end)):
        end = behind.end()
        first, last = after(days)
    return TimePhrase(text[start:end], max(first, today), last, start, end)
