"""What is behind a number: each member with the part it belongs to and what it adds."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.leads.domain.figures.facts import Place
from services.leads.domain.figures.period import week_of


class Part(StrEnum):
    """Where a member counts."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


class Grouping(StrEnum):
    """By what a figure is told apart; TOTAL is one number for everything."""

    TOTAL = "total"
    PERSON = "person"
    TEAM = "team"
    REGION = "region"
    CHANNEL = "channel"
    SEGMENT = "segment"
    WEEK = "week"


class Member(NamedTuple):
    """One thing that counts; within a group an id counts once in each part."""

    part: Part
    id: str
    kind: str
    title: str
    time: datetime
    amount: int
    place: Place


def group_of(member: Member, grouping: Grouping) -> str:
    """The key of the group that the member stands in."""
    if grouping is Grouping.TOTAL:
        return ""
    if grouping is Grouping.WEEK:
        return week_of(member.time)
    return str(getattr(member.place, grouping.value))
