"""China's public holidays and make-up days, as far as the library knows them."""

from collections.abc import Mapping
from datetime import date
from functools import cache

_SATURDAY = 5


@cache
def known_days() -> Mapping[date, bool]:
    """Days on which work is done (True) or not (False) against what the weekday says."""
    from chinese_calendar import constants

    days = dict.fromkeys(constants.holidays, False)
    days.update(dict.fromkeys(constants.workdays, True))
    return {day: is_worked for day, is_worked in days.items() if is_worked != (day.weekday() < _SATURDAY)}


@cache
def known_years() -> frozenset[int]:
    """The years whose holidays are announced: the library has at least New Year's Day of each."""
    from chinese_calendar import constants

    return frozenset(day.year for day in constants.holidays)
