"""What people say instead of a date: 下个月, 年底前, Q3, 两周内, 国庆后, 11月中旬, next month, by Friday."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.leads.domain.visits.calendar_days import (
    DAY,
    Days,
    add_months,
    after,
    holiday_days,
    month_days,
    months_days,
    quarter_days,
    week_days,
)
from services.leads.domain.visits.numerals import CHINESE_NUMBER, ENGLISH_NUMBER, number_of

_YEAR = r"(?P<year>今年|明年|后年|20\d\d年)?的?"
_PART = r"(?P<part>初|上旬|中旬|中|下旬|底|末)?"
_PARTS = {"初": "early", "上旬": "early", "中": "middle", "中旬": "middle", "下旬": "late", "底": "late", "末": "late"}
_HOLIDAYS = {"元旦": "new_year", "春节": "spring", "过年": "spring", "五一": "labour", "国庆": "national"}
_MONTH_NAMES = "january february march april may june july august september october november december".split()
_WEEKDAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday".split()
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


_Reader = Callable[[re.Match[str], date], Days | None]


def _year(match: re.Match[str], today: date) -> int | None:
    said = match["year"] or ""
    if said.startswith("20"):
        return int(said[:4])
    return {"今年": today.year, "明年": today.year + 1, "后年": today.year + 2}.get(said)


def _next(days_of: Callable[[int], Days], match: re.Match[str], today: date, rest: float = 0.0) -> Days:
    """In the year that is said, or else in the first in which more than the share `rest` is still to come."""
    year = _year(match, today)
    if year is not None:
        return days_of(year)
    first, last = days_of(today.year)
    return (first, last) if (last - today) >= (last - first) * rest else days_of(today.year + 1)


def _quarter(match: re.Match[str], today: date) -> Days:
    said = number_of(match["q"])
    if match.groupdict().get("q_year"):
        return quarter_days(int(match["q_year"]), said)
    return _next(lambda year: quarter_days(year, said), match, today)


def _relative_quarter(match: re.Match[str], today: date) -> Days:
    step = 1 if match[1].lower() in ("下", "下个", "next") else 0
    return quarter_days(today.year, (today.month - 1) // 3 + 1 + step)


def _half(match: re.Match[str], today: date) -> Days:
    months = (1, 6) if match["half"] == "上" else (7, 12)
    return _next(lambda year: months_days(year, *months), match, today, rest=1 / 3)


def _year_part(match: re.Match[str], today: date) -> Days:
    months = {"初": (1, 2), "中": (6, 7)}.get(match["of_year"][-1], (12, 12))
    return _next(lambda year: months_days(year, *months), match, today)


def _whole_year(match: re.Match[str], today: date) -> Days:
    return months_days(_year(match, today) or today.year, 1, 12)


def _month(match: re.Match[str], today: date) -> Days | None:
    month = number_of(match["month"])
    if not 1 <= month <= 12:
        return None
    if match["day"]:
        try:
            return _next(lambda year: _one(date(year, month, number_of(match["day"]))), match, today)
        except ValueError:
            return None
    return _next(lambda year: month_days(year, month, _PARTS.get(match["part"] or "", "")), match, today)


def _relative_month(match: re.Match[str], today: date) -> Days:
    step = match["next"].lower().count("下") or int(match["next"].lower() == "next")
    there = add_months(today.replace(day=1), step)
    if match.groupdict().get("day"):
        return _one(date(there.year, there.month, min(number_of(match["day"]), 28)))
    return month_days(there.year, there.month, _PARTS.get(match.groupdict().get("part") or "", ""))


def _bare_month_part(match: re.Match[str], today: date) -> Days:
    days = month_days(today.year, today.month, _PARTS[match["part"]])
    there = add_months(today.replace(day=1), 1)
    return days if days[1] >= today else month_days(there.year, there.month, _PARTS[match["part"]])


def _day_of_month(match: re.Match[str], today: date) -> Days | None:
    try:
        day = today.replace(day=number_of(match[1]))
    except ValueError:
        return None
    return _one(day if day >= today else add_months(day, 1))


def _within(match: re.Match[str], today: date) -> Days:
    return today, _later(match, today)


def _point(match: re.Match[str], today: date) -> Days:
    day = _later(match, today)
    long = {"周": 6, "星": 6, "礼": 6, "天": 0, "日": 0, "d": 0, "w": 0}
    return day, day + timedelta(days=long.get(match["unit"][0].lower(), 30))


def _later(match: re.Match[str], today: date) -> date:
    unit = match["unit"].lower()
    if match["number"] == "半":
        return add_months(today, 6) if unit.startswith(("年", "y")) else today + timedelta(days=15)
    number = min(number_of(match["number"]), 400)
    if unit.startswith(("天", "日", "d")):
        return today + timedelta(days=number)
    if unit.startswith(("周", "星", "礼", "w")):
        return today + timedelta(weeks=number)
    return add_months(today, number * {"月": 1, "m": 1, "季": 3, "年": 12, "y": 12}[unit[0]])


def _weekday(match: re.Match[str], today: date) -> Days | None:
    word = match["weekday"].lower()
    index = "一二三四五六日".find("日" if word == "天" else word)
    index = _WEEKDAY_NAMES.index(word) if index < 0 else index
    said = (match["which"] or "").lower()
    if said in ("上", "last"):
        return None
    weeks = said.count("下") or int(said == "next")
    day = week_days(today, weeks)[0] + timedelta(days=index)
    return _one(day if day >= today or said in ("本", "这", "this") else day + timedelta(weeks=1))


def _week(match: re.Match[str], today: date) -> Days | None:
    said = (match["which"] or "").lower()
    if said in ("上", "last"):
        return None
    monday, sunday = week_days(today, said.count("下") or int(said == "next"))
    if match.groupdict().get("end"):
        return monday + timedelta(days=5), sunday
    return monday, monday + timedelta(days=4)


def _near(match: re.Match[str], today: date) -> Days:
    steps = {"今": 0, "明": 1, "后": 2, "大": 3, "today": 0, "tomorrow": 1}
    word = match[0].lower()
    return _one(today + timedelta(days=steps.get(word, steps.get(word[0], 0))))


def _english_month(match: re.Match[str], today: date) -> Days:
    month = _MONTH_NAMES.index(match["name"].lower()) + 1
    if match["en_year"]:
        return month_days(int(match["en_year"]), month)
    days = month_days(today.year, month)
    return days if days[1] >= today else month_days(today.year + 1, month)


def _year_end(match: re.Match[str], today: date) -> Days:
    return months_days(today.year, 12, 12)


def _next_year(match: re.Match[str], today: date) -> Days:
    months = {"early": (1, 2), "mid": (6, 7), "late": (12, 12)}.get((match["which"] or "").strip().lower(), (1, 12))
    return months_days(today.year + 1, *months)


def _month_end(match: re.Match[str], today: date) -> Days:
    return month_days(today.year, today.month, "late")


def _holiday(match: re.Match[str], today: date) -> Days | None:
    return holiday_days(_HOLIDAYS[match[0]], today)


def _one(day: date) -> Days:
    return day, day


_N = rf"(?P<number>{CHINESE_NUMBER}|半)"
_EN = rf"(?P<number>{ENGLISH_NUMBER})"
_UNIT = r"个?(?P<unit>天|日|周|星期|礼拜|月|季度|年)"
_EN_UNIT = r"(?P<unit>days?|weeks?|months?|years?)"
_WEEK = r"(?:周|星期|礼拜)"
_PATTERNS: tuple[tuple[str, _Reader], ...] = (
    (rf"{_YEAR}(?:第)?(?P<q>[一二三四1-4])季度", _quarter),
    (rf"{_YEAR}(?<![A-Za-z0-9])Q(?P<q>[1-4])(?:\s*(?:of\s+)?(?P<q_year>20\d\d))?(?!\d)", _quarter),
    (r"(下个|下|本|这个|next|this)\s*(?:季度|quarter)", _relative_quarter),
    (rf"{_YEAR}(?P<half>上|下)半年", _half),
    (rf"{_YEAR}(?P<of_year>年?[初中底末])(?<=年[初中底末])", _year_part),
    (r"(?P<year>今年|明年|后年|20\d\d年)(?:之内|以内|内)?", _whole_year),
    (
        rf"{_YEAR}(?P<month>{CHINESE_NUMBER})月份?(?:(?P<day>{CHINESE_NUMBER})[日号]|{_PART})",
        _month,
    ),
    (rf"(?P<next>下下|下|这|本)个?月{_PART}(?:(?P<day>{CHINESE_NUMBER})[日号])?", _relative_month),
    (r"\b(?P<next>next|this)\s+month\b", _relative_month),
    (r"(?<![个下本这\d一二三四五六七八九十])月(?P<part>初|中|底|末)", _bare_month_part),
    (rf"(?<![\d月点])({CHINESE_NUMBER})[号日](?!楼|店|线|机|库)", _day_of_month),
    (rf"{_N}{_UNIT}(?:之内|以内|内)", _within),
    (rf"{_N}{_UNIT}(?:之后|以后|后)", _point),
    (rf"\bwithin\s+(?:the\s+next\s+)?{_EN}\s+{_EN_UNIT}", _within),
    (rf"\bin\s+{_EN}\s+{_EN_UNIT}", _point),
    (rf"(?P<which>下下|下|本|这|上)?个?{_WEEK}(?P<weekday>[一二三四五六日天])", _weekday),
    (rf"(?:(?P<which>next|this|last)\s+)?\b(?P<weekday>{'|'.join(_WEEKDAY_NAMES)})\b", _weekday),
    (rf"(?P<which>下下|下|本|这|上)?个?{_WEEK}(?P<end>末)", _week),
    (rf"(?P<which>下下|下|本|这|上)个?{_WEEK}(?:之内|内)?", _week),
    (r"\b(?P<which>next|this|last)\s+week\b", _week),
    (r"大后天|[今明后]天|今晚|\btoday\b|\btomorrow\b", _near),
    (rf"\b(?<=in |by )(?P<name>{'|'.join(_MONTH_NAMES)})(?:\s+(?P<en_year>20\d\d))?\b", _english_month),
    (r"\byear[- ]end\b|\bend of (?:the|this) year\b", _year_end),
    (r"\bend of (?:the|this) month\b", _month_end),
    (r"\b(?P<which>early |mid |late )?next year\b", _next_year),
    ("|".join(_HOLIDAYS), _holiday),
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
    is_holiday = match[0] in _HOLIDAYS
    if (before := _BEFORE.match(text, end)) or _BEFORE_ENGLISH.search(text[:start]):
        end = before.end() if before else end
        whole = is_holiday or (last - first).days > 26 and not re.search(r"[底末]$|end|内$", match[0])
        first, last = today, max(today, first - DAY if whole else last)
    elif is_holiday and (behind := _AFTER.match(text, end)):
        end = behind.end()
        first, last = after(days)
    return TimePhrase(text[start:end], max(first, today), last, start, end)
