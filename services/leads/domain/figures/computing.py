"""From members to numbers: exact, in whole numbers and Decimal."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from services.leads.domain.figures.members import Grouping, Member, Part, group_of

_CENT = Decimal("0.01")


class Method(StrEnum):
    """How the members of a group become its value."""

    # Numerator / denominator in basis points, rounded half up.
    SHARE = "share"
    # Numerator / denominator with two decimals, rounded half up.
    EACH = "each"
    COUNT = "count"
    # Of the numerator's amounts, by nearest rank.
    MEDIAN = "median"
    P90 = "p90"


class Row(NamedTuple):
    """The number of one group. `value` is None where there is nothing to divide by."""

    key: str
    numerator: int
    denominator: int
    value: Decimal | None


def rows_of(members: Iterable[Member], grouping: Grouping, method: Method) -> list[Row]:
    """The number of each group, by key. An id counts once in each part of a group."""
    groups: dict[str, dict[Part, dict[str, int]]] = defaultdict(lambda: {Part.NUMERATOR: {}, Part.DENOMINATOR: {}})
    for member in members:
        groups[group_of(member, grouping)][member.part].setdefault(member.id, member.amount)
    return [_row(key, groups[key], method) for key in sorted(groups)]


def total_of(members: Iterable[Member], method: Method) -> Row:
    """The number of everything, also when there is nothing."""
    rows = rows_of(members, Grouping.TOTAL, method)
    return rows[0] if rows else _row("", {Part.NUMERATOR: {}, Part.DENOMINATOR: {}}, method)


def page_of(members: Iterable[Member], part: Part, after: str, size: int) -> Sequence[Member]:
    """The first `size` of the members of this part whose id comes after `after`, by id, each once, the earliest."""
    earliest: dict[str, Member] = {}
    for member in members:
        if member.part is part and member.id > after:
            known = earliest.get(member.id)
            if known is None or (member.time, member.place) < (known.time, known.place):
                earliest[member.id] = member
    return heapq.nsmallest(size, earliest.values(), key=lambda member: member.id)


def _row(key: str, parts: dict[Part, dict[str, int]], method: Method) -> Row:
    amounts = parts[Part.NUMERATOR].values()
    numerator, denominator = sum(amounts), sum(parts[Part.DENOMINATOR].values())
    if method is Method.COUNT:
        return Row(key, numerator, 0, Decimal(numerator))
    if method in (Method.MEDIAN, Method.P90):
        value = nearest_rank(sorted(amounts), 50 if method is Method.MEDIAN else 90)
        return Row(key, numerator, len(amounts), value)
    if denominator == 0:
        return Row(key, numerator, 0, None)
    if method is Method.SHARE:
        return Row(key, numerator, denominator, Decimal((2 * numerator * 10_000 + denominator) // (2 * denominator)))
    return Row(key, numerator, denominator, (Decimal(numerator) / denominator).quantize(_CENT, ROUND_HALF_UP))


def nearest_rank(ordered: Sequence[int], percent: int) -> Decimal | None:
    """The smallest value that at least `percent` % of the values do not exceed; None without values."""
    if not ordered:
        return None
    return Decimal(ordered[(len(ordered) * percent + 99) // 100 - 1])
