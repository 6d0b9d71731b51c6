"""What the words of a time mean, seen from a day: one reader for each kind. None means that it is over, or no time."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from services.leads.domain.visits.calendar_days import (
    Days,
    add_months,
    holiday_days,
    month_days,
    months_days,
    quarter_days,
    week_days,
)
from services.leads.domain.visits.numerals import number_of

PARTS = {"初": "early", "上旬": "early", "中": "middle", "中旬": "middle", "下旬": "late", "底": "late", "末": "late"}
HOLIDAYS = {"元旦": "new_year", "春节": "spring", "过年": "spring", "五一": "labour", "国庆": "national"}
MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAY_NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


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


def quarter(match: re.Match[str], today: date) -> Days:
    said = number_of(match["q"])
    if match.groupdict().get("q_year"):
        return quarter_days(int(match["q_year"]), said)
    return _next(lambda year: quarter_days(year, said), match, today)


def relative_quarter(match: re.Match[str], today: date) -> Days:
    step = 1 if match[1].lower() in ("下", "下个", "next") else 0
    return quarter_days(today.year, (today.month - 1) // 3 + 1 + step)


def half(match: re.Match[str], today: date) -> Days:
    months = (1, 6) if match["half"] == "上" else (7, 12)
    return _next(lambda year: months_days(year, *months), match, today, rest=1 / 3)


def year_part(match: re.Match[str], today: date) -> Days:
    months = {"初": (1, 2), "中": (6, 7)}.get(match["of_year"][-1], (12, 12))
    return _next(lambda year: months_days(year, *months), match, today)


def whole_year(match: re.Match[str], today: date) -> Days:
    return months_days(_year(match, today) or today.year, 1, 12)


def month(match: re.Match[str], today: date) -> Days | None:
    month = number_of(match["month"])
    if not 1 <= month <= 12:
        return None
    if match["day"]:
        try:
            return _next(lambda year: _one(date(year, month, number_of(match["day"]))), match, today)
        except ValueError:
            return None
    return _next(lambda year: month_days(year, month, PARTS.get(match["part"] or "", "")), match, today)


def relative_month(match: re.Match[str], today: date) -> Days:
    step = match["next"].lower().count("下") or int(match["next"].lower() == "next")
    there = add_months(today.replace(day=1), step)
    if match.groupdict().get("day"):
        return _one(date(there.year, there.month, min(number_of(match["day"]), 28)))
    return month_days(there.year, there.month, PARTS.get(match.groupdict().get("part") or "", ""))


def bare_month_part(match: re.Match[str], today: date) -> Days:
    days = month_days(today.year, today.month, PARTS[match["part"]])
    there = add_months(today.replace(day=1), 1)
    return days if days[1] >= today else month_days(there.year, there.month, PARTS[match["part"]])


def day_of_month(match: re.Match[str], today: date) -> Days | None:
    try:
        day = today.replace(day=number_of(match[1]))
    except ValueError:
        return None
    return _one(day if day >= today else add_months(day, 1))


def within(match: re.Match[str], today: date) -> Days:
    return today, _later(match, today)


def point(match: re.Match[str], today: date) -> Days:
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


def weekday(match: re.Match[str], today: date) -> Days | None:
    word = match["weekday"].lower()
    index = "一二三四五六日".find("日" if word == "天" else word)
    index = WEEKDAY_NAMES.index(word) if index < 0 else index
    said = (match["which"] or "").lower()
    if said in ("上", "last"):
        return None
    weeks = said.count("下") or int(said == "next")
    day = week_days(today, weeks)[0] + timedelta(days=index)
    return _one(day if day >= today or said in ("本", "这", "this") else day + timedelta(weeks=1))


def week(match: re.Match[str], today: date) -> Days | None:
    said = (match["which"] or "").lower()
    if said in ("上", "last"):
        return None
    monday, sunday = week_days(today, said.count("下") or int(said == "next"))
    if match.groupdict().get("end"):
        return monday + timedelta(days=5), sunday
    return monday, monday + timedelta(days=4)


def near(match: re.Match[str], today: date) -> Days:
    steps = {"今": 0, "明": 1, "后": 2, "大": 3, "today": 0, "tomorrow": 1}
    word = match[0].lower()
    return _one(today + timedelta(days=steps.get(word, steps.get(word[0], 0))))


def english_month(match: re.Match[str], today: date) -> Days:
    month = MONTH_NAMES.index(match["name"].lower()) + 1
    if match["en_year"]:
        return month_days(int(match["en_year"]), month)
    days = month_days(today.year, month)
    return days if days[1] >= today else month_days(today.year + 1, month)


def year_end(match: re.Match[str], today: date) -> Days:
    return months_days(today.year, 12, 12)


def next_year(match: re.Match[str], today: date) -> Days:
    months = {"early": (1, 2), "mid": (6, 7), "late": (12, 12)}.get((match["which"] or "").strip().lower(), (1, 12))
    return months_days(today.year + 1, *months)


def month_end(match: re.Match[str], today: date) -> Days:
    return month_days(today.year, today.month, "late")


def holiday(match: re.Match[str], today: date) -> Days | None:
    return holiday_days(HOLIDAYS[match[0]], today)


def _one(day: date) -> Days:
    return day, day
