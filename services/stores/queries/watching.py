"""The ranking again whenever it changes."""

import threading
from collections.abc import Callable, Iterator

from chassis import principal
from chassis.access import Scope, scope
from chassis.clocks import real_clock
from services.stores.queries.rankings import RankingQuestion, StoreRanking, store_ranking

LOOK_AGAIN_S = 1.0
HEARTBEAT_S = 4.0
_REMEMBERED = 200

# What a viewer may see decides the answer, so it is a part of the question.
Key = tuple[RankingQuestion, Scope, str, frozenset[str]]


class SharedRankings:
    """Viewers who ask the same and see the same rows share an answer of the last moment.

    One ranking is read at a time: many watchers look less often, and never take the database from others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Key, tuple[float, StoreRanking]] = {}

    def look(self, question: RankingQuestion) -> StoreRanking:
        """The ranking as the present caller sees it, at most LOOK_AGAIN_S old."""
        caller = principal.current().principal
        key = (question, scope(), caller.region, caller.store_ids)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and real_clock.monotonic() < kept[0]:
                return kept[1]
            if len(self._kept) >= _REMEMBERED:
                self._kept.clear()
            found = store_ranking(question)
            self._kept[key] = (real_clock.monotonic() + LOOK_AGAIN_S / 2, found)
            return found


def watch_ranking(
    question: RankingQuestion, shared: SharedRankings, wait: Callable[[float], bool]
) -> Iterator[StoreRanking | None]:
    """The ranking, and again after each change; None every few seconds without one. Ends when `wait` says False.

    Raises ValueError for an unknown figure.
    """
    last = shared.look(question)
    yield last
    silent_s = 0.0
    while wait(LOOK_AGAIN_S):
        found = shared.look(question)
        silent_s += LOOK_AGAIN_S
        if _shown(found) != _shown(last):
            silent_s, last = 0.0, found
            yield found
        elif silent_s >= HEARTBEAT_S:
            silent_s = 0.0
            yield None


def _shown(ranking: StoreRanking) -> tuple[object, ...]:
    """What a viewer would see change; the clock alone is no change."""
    truth = ranking.truth
    coverage = (truth.terminals_heard, truth.terminals_enrolled, truth.is_final, truth.correction_count)
    return (*ranking.stores, ranking.total, ranking.previous_total, coverage)
