"""Deadlines: a timer in the worker finds those that are due, and one write does what they demand and removes them.

Any number of workers may run: the version check lets exactly one of them succeed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event as Answer
from eventlet.greenpool import GreenPool
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension, register_entrypoint
from pymongo.errors import PyMongoError

from chassis import database, metrics, principal, telemetry
from chassis.clocks import clock, real_clock
from chassis.documents import Aggregate
from chassis.errors import describe, is_version_conflict
from chassis.logs import get_logger
from chassis.parked_deadlines import note_failure
from chassis.principal import Principal

log = get_logger()

A = TypeVar("A", bound=Aggregate)
Method = Callable[[Any, A, datetime], Any]

_BATCH = 100
_AT_ONCE = 8
_PAUSE_S, _PRODUCTION_PAUSE_S, _FAILURE_PAUSE_S = 0.25, 1.0, 1.0


def on_deadline(aggregate_class: type[A], kind: str) -> Callable[[Method[A]], Method[A]]:
    """The decorated method is called when a deadline of this kind is due, with the aggregate and the due time.

    It only changes the aggregate (and emits, and schedules); the deadline is removed and everything is committed here.
    Compute from the due time, not from now: the timer may be late.
    """

    def decorate(method: Method[A]) -> Method[A]:
        @wraps(method)
        def fire(worker: Any, aggregate: A, due_time: datetime) -> None:
            planned = next((each for each in aggregate.deadlines if each["kind"] == kind), {})
            operation = f"{database.service()}.{method.__name__}"
            with (
                telemetry.span(operation, "consumer", traceparent=planned.get("traceparent", "")),
                principal.acting(Principal.system("timer"), operation, f"deadline {kind}"),
            ):
                aggregate.cancel(kind)
                method(worker, aggregate, due_time)
                aggregate.commit()

        register_entrypoint(fire, DeadlineHandler(aggregate_class, kind))
        return fire

    return decorate


class DeadlineTimer(SharedExtension, ProviderCollector):
    """Polls for the deadlines of all kinds that the worker handles."""

    def start(self) -> None:
        """Begin to poll; the handlers have registered themselves in their setup()."""
        self._handlers: dict[Any, dict[str, DeadlineHandler]] = defaultdict(dict)
        for each in self._providers:
            self._handlers[each.aggregate_class][each.kind] = each
        self._pause_s = _PRODUCTION_PAUSE_S if self.container.config["in_production"] else _PAUSE_S
        self._is_stopping = False
        self._thread = self.container.spawn_managed_thread(self._run, identifier="deadlines")

    def stop(self) -> None:
        """Let the running batch end."""
        self._is_stopping = True
        self._thread.wait()

    def _run(self) -> None:
        pool = GreenPool(_AT_ONCE)
        while not self._is_stopping:
            try:
                # Not imap: it waits for ever when reading what is due fails.
                underway = [pool.spawn(work) for work in self._due()]
                fired = sum(each.wait() for each in underway)
                eventlet.sleep(0 if fired else self._pause_s)
            except PyMongoError as error:
                log.warning("deadlines_wait_for_database", reason=type(error).__name__)
                eventlet.sleep(_FAILURE_PAUSE_S)
            except Exception:  # the timer must outlive whatever one deadline does to it
                log.exception("deadlines_failed")
                eventlet.sleep(_FAILURE_PAUSE_S)

    def _due(self) -> Iterator[Callable[[], int]]:
        """What is due now, oldest first within a class; of each document only the oldest deadline."""
        now, real_now = clock.now(), real_clock.now()
        wanted = {each.collection_name(): _ripe(handlers, now, real_now) for each, handlers in self._handlers.items()}
        some_due = database.holding(database.current(), wanted)
        for aggregate_class, handlers in self._handlers.items():
            if aggregate_class.collection_name() not in some_due:
                continue
            found = (
                aggregate_class.collection()
                .find(wanted[aggregate_class.collection_name()], {"deadlines": 1})
                .sort("deadlines.due_time", 1)
                .limit(_BATCH)
            )
            for document in list(found):
                due = [
                    each
                    for each in document["deadlines"]
                    if each["kind"] in handlers
                    and each["due_time"] <= now
                    and not (each.get("retry_time") and each["retry_time"] > real_now)
                ]
                if due and not self._is_stopping:
                    oldest = min(due, key=lambda each: each["due_time"])
                    yield partial(handlers[oldest["kind"]].fire, document["_id"], oldest)


def _ripe(kinds: Iterable[str], now: datetime, real_now: datetime) -> dict[str, Any]:
    """What a document with a deadline to fire now looks like."""
    ripe = {"kind": {"$in": list(kinds)}, "due_time": {"$lte": now}, "retry_time": {"$not": {"$gt": real_now}}}
    # The second condition names the indexed path, which $elemMatch alone would use as well, but not to sort.
    return {"deadlines": {"$elemMatch": ripe}, "deadlines.due_time": {"$lte": now}}


class DeadlineHandler(Entrypoint):
    """One method of the worker that gets one kind of deadline of one class."""

    timer = DeadlineTimer()

    def __init__(self, aggregate_class: type[Aggregate], kind: str, **kwargs: Any) -> None:
        self.aggregate_class = aggregate_class
        self.kind = kind
        super().__init__(aggregate_class, kind, **kwargs)

    def setup(self) -> None:
        """Tell the timer."""
        self._delays: list[timedelta] = self.container.config["retry_delays"]
        self.timer.register_provider(self)

    def stop(self) -> None:
        """The timer waits for what runs."""
        self.timer.unregister_provider(self)

    def fire(self, document_id: str, planned: dict[str, Any]) -> int:
        """Handle one deadline; 1 when something was done. Raises pymongo's errors while the database is away."""
        aggregate = self.aggregate_class.find(document_id)
        if aggregate is None or aggregate.deadline(self.kind) != planned["due_time"]:
            return 0  # somebody else did it, or moved it
        error = self._run(aggregate, planned["due_time"])
        if error is None:
            metrics.DEADLINES_FIRED.labels(self.kind).inc()
            return 1
        if is_version_conflict(error):
            return 0  # somebody else did it, or it comes again with the next poll
        if describe(error).reason == "STORAGE_UNAVAILABLE":
            raise error
        metrics.DEADLINE_FAILURES.labels(self.kind).inc()
        note_failure(self.aggregate_class.collection(), document_id, planned, error, self._delays)
        return 1

    def _run(self, aggregate: Aggregate, due_time: datetime) -> Exception | None:
        answer = Answer()

        def answered(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            answer.send(exc_info[1] if exc_info else None)
            return result, exc_info

        self.container.spawn_worker(self, (aggregate, due_time), {}, handle_result=answered)
        error: Exception | None = answer.wait()
        return error
