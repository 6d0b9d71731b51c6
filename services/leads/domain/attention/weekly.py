"""The director's three of a week: 3 problems to look at, 1 lead to call, 2 suggestions to like."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

PROBLEMS, LEADS, SUGGESTIONS = 3, 1, 2
WITHOUT_QUOTE = timedelta(hours=72)
# The business week is that of Asia/Shanghai, which has had no summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8))
_FRIDAY, _REMINDER_HOUR = 4, 16


class ItemKind(StrEnum):
    """What there is to do about an item."""

    PROBLEM = "problem"
    LEAD = "lead"
    SUGGESTION = "suggestion"


@dataclass(frozen=True)
class Choice:
    """Something that may be chosen. The smallest `order` comes first."""

    kind: ItemKind
    subject_id: str
    title: str
    order: tuple[int | str | datetime, ...]


def week_of(moment: datetime) -> date:
    """The Monday of the business week that `moment` (aware) lies in."""
    day = moment.astimezone(SHANGHAI).date()
    return day - timedelta(days=day.weekday())


def reminder_time(week: date) -> datetime:
    """Friday 16:00 in Shanghai: late enough to matter, early enough to act. In UTC."""
    local = datetime.combine(week + timedelta(days=_FRIDAY), time(_REMINDER_HOUR), SHANGHAI)
    return local.astimezone(UTC)


def next_reminder(moment: datetime) -> datetime:
    """The first reminder after `moment` (aware), in UTC."""
    this_week = reminder_time(week_of(moment))
    return this_week if this_week > moment else reminder_time(week_of(moment) + timedelta(days=7))


def choose(choices: Iterable[Choice]) -> list[Choice]:
    """The week's items: of each kind as many as belong to it, or as there are."""
    offered = list(choices)
    chosen: list[Choice] = []
    for kind, most in ((ItemKind.PROBLEM, PROBLEMS), (ItemKind.LEAD, LEADS), (ItemKind.SUGGESTION, SUGGESTIONS)):
        of_kind = (each for each in offered if each.kind is kind)
        chosen += sorted(of_kind, key=lambda each: (*each.order, each.subject_id))[:most]
    return chosen
