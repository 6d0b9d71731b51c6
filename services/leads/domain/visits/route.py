"""The best order of a day's visits: exact up to a dozen stops (but for ties in its end), a good one above.

Better means first that more priority is served, then that the day ends earlier, then that less time is spent on the
road. Times are seconds since the start of the day; travel times are whole seconds of a matrix whose place 0 is the
start.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

EXACT_STOPS = 12
STOPS_LIMIT = 30

# A round costs about the cube of the number of stops.
_ROUNDS = 30
_EFFORT = 60_000
_SEED = 17
_HALF = 0.5

Matrix = Sequence[Sequence[int]]
# Priority served (negative), end of the day, time on the road: the smaller is the better.
Cost = tuple[int, int, int]


@dataclass(frozen=True)
class Stop:
    """A visit: it begins within its window and takes a while. Higher priorities go first when not all fit."""

    duration_s: int
    earliest_s: int
    latest_s: int
    priority: int = 1


@dataclass(frozen=True)
class Day:
    """From when until when somebody is on the way, and whether the way back to the start belongs to it."""

    begin_s: int
    end_s: int
    returns_to_start: bool = False


@dataclass(frozen=True)
class Planned:
    """Stops by their place in the given list, in the order of the day."""

    order: tuple[int, ...]
    is_optimal: bool


@dataclass(frozen=True)
class Call:
    """When somebody is at a stop; `begin_s` is later than `arrive_s` when there is a wait."""

    stop: int
    arrive_s: int
    begin_s: int
    leave_s: int


def plan_route(stops: Sequence[Stop], travel_s: Matrix, day: Day) -> Planned:
    """The order for `stops`; those that are missing in it do not fit. Stop i is place i + 1 of the matrix."""
    if len(stops) <= EXACT_STOPS:
        return Planned(_exact(stops, travel_s, day), is_optimal=True)
    from_neighbours = _improved(nearest_neighbours(stops, travel_s, day), stops, travel_s, day)
    from_insertion = _improved(_filled([], stops, travel_s, day), stops, travel_s, day)
    best = _best_of([from_neighbours, from_insertion], stops, travel_s, day)
    return Planned(tuple(_shaken(best, stops, travel_s, day)), is_optimal=False)


def schedule(order: Sequence[int], stops: Sequence[Stop], travel_s: Matrix, day: Day) -> tuple[Call, ...] | None:
    """When somebody is where in this order; None when a window or the end of the day is missed."""
    calls: list[Call] = []
    if not order:
        return ()
    now, place = day.begin_s, 0
    for index in order:
        stop = stops[index]
        arrive = now + travel_s[place][index + 1]
        begin = max(arrive, stop.earliest_s)
        if begin > stop.latest_s:
            return None
        now, place = begin + stop.duration_s, index + 1
        calls.append(Call(index, arrive, begin, now))
    return tuple(calls) if _finish(calls, travel_s, day) <= day.end_s else None


def cost(order: Sequence[int], stops: Sequence[Stop], travel_s: Matrix, day: Day) -> Cost | None:
    """What the order costs; None when it is impossible."""
    calls = schedule(order, stops, travel_s, day)
    if calls is None:
        return None
    places = [0, *(index + 1 for index in order), *((0,) if day.returns_to_start and order else ())]
    road = sum(travel_s[one][other] for one, other in pairwise(places))
    return -sum(stops[index].priority for index in order), _finish(calls, travel_s, day), road


def nearest_neighbours(stops: Sequence[Stop], travel_s: Matrix, day: Day) -> list[int]:
    """What people do: always to the nearest stop that still fits."""
    order: list[int] = []
    left = set(range(len(stops)))
    place = 0
    while True:
        fitting = [each for each in left if schedule([*order, each], stops, travel_s, day) is not None]
        if not fitting:
            return order
        nearest = min(fitting, key=lambda each: (travel_s[place][each + 1], each))
        order.append(nearest)
        left.discard(nearest)
        place = nearest + 1


_WORST: Cost = (1, 0, 0)


def _finish(calls: Sequence[Call], travel_s: Matrix, day: Day) -> int:
    if not calls:
        return day.begin_s
    return calls[-1].leave_s + (travel_s[calls[-1].stop + 1][0] if day.returns_to_start else 0)


def _exact(stops: Sequence[Stop], travel_s: Matrix, day: Day) -> tuple[int, ...]:
    """Over all sets of stops (Held and Karp): the earliest end of each set, by its last stop.

    To be earlier is never worse, so the earliest way into a set is enough to keep; of equal ones the shorter.
    """
    count = len(stops)
    best: list[dict[int, tuple[int, int, int]]] = [{} for _ in range(1 << count)]  # last -> leave, road, one before
    chosen: tuple[Cost, int, int] = ((0, day.begin_s, 0), 0, -1)
    for visited in range(1 << count):
        ways = best[visited] if visited else {-1: (day.begin_s, 0, -1)}
        for last, (leave, road, _) in ways.items():
            if visited:
                chosen = min(chosen, _ended(visited, last, leave, road, stops, travel_s, day) or chosen)
            for index in range(count):
                if visited >> index & 1:
                    continue
                hop = travel_s[last + 1][index + 1]
                begin = max(leave + hop, stops[index].earliest_s)
                if begin > stops[index].latest_s or begin + stops[index].duration_s > day.end_s:
                    continue
                way = (begin + stops[index].duration_s, road + hop, last)
                known = best[visited | 1 << index].get(index)
                if known is None or way < known:
                    best[visited | 1 << index][index] = way
    return _traced(best, chosen[1], chosen[2])


def _ended(
    visited: int, last: int, leave: int, road: int, stops: Sequence[Stop], travel_s: Matrix, day: Day
) -> tuple[Cost, int, int] | None:
    back = travel_s[last + 1][0] if day.returns_to_start else 0
    if leave + back > day.end_s:
        return None
    served = sum(stop.priority for index, stop in enumerate(stops) if visited >> index & 1)
    return (-served, leave + back, road + back), visited, last


def _traced(best: list[dict[int, tuple[int, int, int]]], visited: int, last: int) -> tuple[int, ...]:
    order: list[int] = []
    while visited:
        order.append(last)
        before = best[visited][last][2]
        visited &= ~(1 << last)
        last = before
    return tuple(reversed(order))


def _filled(
    order: list[int], stops: Sequence[Stop], travel_s: Matrix, day: Day, first: Sequence[int] = ()
) -> list[int]:
    """The order with every further stop that fits, each where it costs least: those of `first`, then the important."""
    left = sorted(set(range(len(stops))) - {*order, *first}, key=lambda each: (-stops[each].priority, each))
    for index in (*first, *left):
        tried = [[*order[:place], index, *order[place:]] for place in range(len(order) + 1)]
        order = _best_of([order, *tried], stops, travel_s, day)
    return order


def _improved(order: list[int], stops: Sequence[Stop], travel_s: Matrix, day: Day) -> list[int]:
    """Turn parts around (2-opt), move parts elsewhere (Or-opt), swap stops in, until nothing helps any more."""
    while True:
        order = _filled(order, stops, travel_s, day)
        now = cost(order, stops, travel_s, day) or _WORST
        better = (each for each in _neighbours(order, len(stops)) if (cost(each, stops, travel_s, day) or _WORST) < now)
        found = next(better, None)
        if found is None:
            return order
        order = found


def _shaken(order: list[int], stops: Sequence[Stop], travel_s: Matrix, day: Day) -> list[int]:
    """Take a part out and fill the gap in another order, again and again: ways out of where no single move helps.

    The same chances each time, so that the same day has the same plan.
    """
    chances = Random(_SEED)  # noqa: S311 - no secret
    for _ in range(min(_ROUNDS, _EFFORT // max(1, len(stops)) ** 3)):
        size = min(len(order), max(2, len(order) // 3))
        start = chances.randrange(len(order) - size + 1)
        out = order[start : start + size] if chances.random() < _HALF else chances.sample(order, size)
        missing = [*out, *(each for each in range(len(stops)) if each not in order)]
        chances.shuffle(missing)
        kept = [each for each in order if each not in out]
        tried = _improved(_filled(kept, stops, travel_s, day, missing), stops, travel_s, day)
        order = _best_of([order, tried], stops, travel_s, day)
    return order


def _neighbours(order: list[int], count: int) -> Iterator[list[int]]:
    size = len(order)
    for i in range(size):
        for j in range(i + 2, size + 1):
            yield order[:i] + order[i:j][::-1] + order[j:]
    for length in (1, 2, 3):
        for i in range(size - length + 1):
            rest = order[:i] + order[i + length :]
            for j in range(len(rest) + 1):
                yield rest[:j] + order[i : i + length] + rest[j:]
    for other in sorted(set(range(count)) - set(order)):
        for i in range(size):
            yield [*order[:i], other, *order[i + 1 :]]


def _best_of(orders: list[list[int]], stops: Sequence[Stop], travel_s: Matrix, day: Day) -> list[int]:
    """The cheapest; the first one when others are not cheaper."""
    return min(orders, key=lambda order: cost(order, stops, travel_s, day) or _WORST)
