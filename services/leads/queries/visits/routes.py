"""In which order to visit on a day."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Account, FocusDay, Visit
from services.leads.documents.visit import OPEN
from services.leads.domain.errors import AccountNotFound, FieldProblem
from services.leads.domain.visits import route
from services.leads.domain.visits.places import Place, check_place, distance_m
from services.leads.domain.visits.planned_action import ZONE
from services.leads.queries.visible_rows import owned_rows
from services.leads.queries.visits.nearby import place_of

Row = Mapping[str, Any]

DAY_MINUTES = 24 * 60
WORKING_DAY = (9 * 60, 18 * 60)
VISIT_MINUTES = 30
SPEED_KMH = 30
# Roads are longer than the straight line.
DETOUR = 1.3


@dataclass(frozen=True)
class StopWish:
    """A visit that is wanted; minutes of the day in Shanghai, 0 means the default."""

    account_id: str
    duration_minutes: int = 0
    earliest_minute: int = 0
    latest_minute: int = 0
    priority: int = 0


@dataclass(frozen=True)
class RouteWish:
    """The day to plan."""

    # "2026-11-23", in Shanghai.
    day: str
    start: Place
    stops: tuple[StopWish, ...] = ()
    begin_minute: int = 0
    end_minute: int = 0
    speed_kmh: int = 0
    returns_to_start: bool = False


@dataclass(frozen=True)
class PlannedStop:
    """One visit of the plan; times are UTC, the distance is from the stop before."""

    account: Row
    arrive_time: datetime
    begin_time: datetime
    leave_time: datetime
    distance_m: int
    travel_minutes: int


@dataclass(frozen=True)
class LeftOut:
    """A visit that is not in the plan, and why: a stable word, and words by language tag."""

    account: Row
    reason: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class RoutePlan:
    """The day as it should go."""

    stops: tuple[PlannedStop, ...]
    left_out: tuple[LeftOut, ...]
    total_distance_m: int
    finish_time: datetime
    is_optimal: bool


def plan_visit_route(wish: RouteWish, by: Principal, scope: Scope) -> RoutePlan:
    """The plan for accounts that the caller may see; without stops, for those that wait for him on that day.

    Raises AccountNotFound, FieldProblem.
    """
    accounts = _accounts([each.account_id for each in wish.stops], by, scope, strict=True)
    day, begin = _working_day(wish)
    wishes = wish.stops
    if not wishes:
        wishes = _waiting(wish.day, by)
        accounts = _accounts([each.account_id for each in wishes], by, scope, strict=False)
    found = [(accounts[each.account_id], each) for each in wishes if each.account_id in accounts]
    placed = [(account, each, place) for account, each in found if (place := place_of(account)) is not None]
    places = [wish.start, *(place for _, _, place in placed)]
    metres = [[distance_m(one, other) for other in places] for one in places]
    speed = _within("speed_kmh", wish.speed_kmh or SPEED_KMH, 1, 200)
    travel_s = [[math.ceil(each * DETOUR * 3.6 / speed) for each in line] for line in metres]
    stops = [_stop(each, wish) for _, each, _ in placed]
    planned = route.plan_route(stops, travel_s, day)
    calls = route.schedule(planned.order, stops, travel_s, day) or ()
    told = []
    before = 0
    for call in calls:
        here = call.stop + 1
        arrive, start, leave = (begin + timedelta(seconds=each) for each in (call.arrive_s, call.begin_s, call.leave_s))
        minutes = math.ceil(travel_s[before][here] / 60)
        told.append(PlannedStop(placed[call.stop][0], arrive, start, leave, metres[before][here], minutes))
        before = here
    back = (metres[before][0], travel_s[before][0]) if wish.returns_to_start else (0, 0)
    left_out = [_no_place(account) for account, _ in found if place_of(account) is None]
    for index in sorted(set(range(len(stops))) - set(planned.order)):
        left_out.append(_no_room(placed[index][0], route.schedule([index], stops, travel_s, day) is not None))
    return RoutePlan(
        tuple(told),
        tuple(left_out),
        sum(each.distance_m for each in told) + back[0],
        begin + timedelta(seconds=(calls[-1].leave_s if calls else day.begin_s) + back[1]),
        planned.is_optimal,
    )


def _working_day(wish: RouteWish) -> tuple[route.Day, datetime]:
    """The working hours in seconds since midnight in Shanghai, and that midnight (UTC)."""
    check_place(wish.start, "start")
    if len(wish.stops) > route.STOPS_LIMIT:
        raise FieldProblem("stops", "TOO_MANY", f"最多 {route.STOPS_LIMIT} 个", f"at most {route.STOPS_LIMIT} stops")
    if len({each.account_id for each in wish.stops}) < len(wish.stops):
        raise FieldProblem("stops", "REPEATED", "客户重复", "an account stands there twice")
    first, last = (wish.begin_minute, wish.end_minute) if wish.begin_minute or wish.end_minute else WORKING_DAY
    _within("begin_minute", first, 0, DAY_MINUTES - 1)
    _within("end_minute", last, first + 1, DAY_MINUTES)
    midnight = datetime.combine(_day(wish.day), time(0), ZONE).astimezone(UTC)
    return route.Day(first * 60, last * 60, wish.returns_to_start), midnight


def _stop(wish: StopWish, day: RouteWish) -> route.Stop:
    latest = wish.latest_minute or DAY_MINUTES
    return route.Stop(
        duration_s=60 * _within("stops.duration_minutes", wish.duration_minutes or VISIT_MINUTES, 1, DAY_MINUTES),
        earliest_s=60 * _within("stops.earliest_minute", wish.earliest_minute, 0, DAY_MINUTES),
        latest_s=60 * _within("stops.latest_minute", latest, max(1, wish.earliest_minute), DAY_MINUTES),
        priority=_within("stops.priority", wish.priority or 1, 1, 5),
    )


def _within(field: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise FieldProblem(field, "OUT_OF_RANGE", f"须为 {least} 至 {most}", f"must be {least} to {most}")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldProblem("day", "NOT_A_DATE", "不是日期", "must be a day like 2026-11-23") from None


def _waiting(text: str, by: Principal) -> tuple[StopWish, ...]:
    """The caller's own accounts with a next action due by the end of that day, then those of the day's focus."""
    day = _day(text)
    evening = datetime.combine(day, time.max, ZONE).astimezone(UTC)
    where = {"owner_id": by.subject, "next_action_state": OPEN, "next_action_due_time": {"$lte": evening}}
    due = Visit.collection().find(where, {"account_id": 1}).sort("next_action_due_time", 1)
    focus = FocusDay.find(FocusDay.id_of(by.subject, day.isoformat()))
    chosen = [item["account_id"] for item in focus.items if not item["is_done"]] if focus else []
    wishes = {account_id: StopWish(account_id, priority=2) for account_id in chosen}
    wishes |= {row["account_id"]: StopWish(row["account_id"], priority=3) for row in due}
    return tuple(sorted(wishes.values(), key=lambda each: -each.priority))[: route.STOPS_LIMIT]


def _accounts(ids: Sequence[str], by: Principal, scope: Scope, *, strict: bool) -> dict[str, Row]:
    where = {"$and": [{"_id": {"$in": list(ids)}}, owned_rows(by, scope)]}
    shown = {"name": 1, "latitude_microdegrees": 1, "longitude_microdegrees": 1, "address": 1}
    found: dict[str, Row] = {row["_id"]: row for row in Account.collection().find(where, shown)}
    missing = next((each for each in ids if each not in found), None)
    if strict and missing is not None:
        raise AccountNotFound(f"there is no account {missing}", account_id=missing)
    return found


def _no_place(account: Row) -> LeftOut:
    return LeftOut(account, "NO_LOCATION", {"zh": "客户没有位置", "en": "the account has no place yet"})


def _no_room(account: Row, fits_alone: bool) -> LeftOut:
    if fits_alone:
        words = {"zh": "当天时间不够，优先级更高的拜访已占满", "en": "the day is full of visits that matter more"}
        return LeftOut(account, "DAY_FULL", words)
    words = {
        "zh": "即使直接前往也赶不上其时间窗",
        "en": "cannot be reached within its hours, not even as the only visit",
    }
    return LeftOut(account, "OUT_OF_REACH", words)
