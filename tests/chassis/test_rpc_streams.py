"""A server stream passes the same checks as a call, ends with its token, and never takes the calls' threads."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import grpc
import pytest

from chassis import access, principal, rpc_streams
from chassis.access import Grant, Rule, Scope, Table
from chassis.principal import Principal
from chassis.rpc_client import bearer
from chassis.rpc_guard import Guard, MethodNotGuarded
from chassis.rpc_server import RpcServer
from chassis.rpc_status import failure_of
from chassis.rpc_streams import Streams
from chassis.tokens import AccessTokenVerifier
from saleloop.stores.v1 import figures_service_pb2 as pb
from saleloop.stores.v1 import figures_service_pb2_grpc as pb_grpc
from tests.chassis.calls import ALICE, PUBLIC_KEY, token

Watch = Callable[[Any, Any], Iterator[Any]]
RPCS = [method.name for method in pb.DESCRIPTOR.services_by_name["FiguresService"].methods]
ADD: Any = pb_grpc.add_FiguresServiceServicer_to_server


def rules(grant: Grant = Grant(), without: str = "") -> Table:  # noqa: B008  # frozen
    """`grant` is that of WatchRanking."""
    grants = dict.fromkeys(RPCS, Grant()) | {"WatchRanking": grant}
    return Table(Rule(f"stores.{rpc}", {"salesperson": each}) for rpc, each in grants.items() if rpc != without)


@contextmanager
def serving(watch: Watch, table: Table | None = None) -> Iterator[tuple[Any, RpcServer]]:
    """A stub of a running server whose WatchRanking is `watch`."""
    servicer = SimpleNamespace(**dict.fromkeys(RPCS, lambda request, context: pb.GetStoreRankingResponse()))
    servicer.WatchRanking = watch
    running = RpcServer("stores", [(ADD, servicer)], AccessTokenVerifier(PUBLIC_KEY, "stores"), table or rules())
    channel = grpc.insecure_channel(f"127.0.0.1:{running.start('127.0.0.1', 0)}")
    try:
        yield pb_grpc.FiguresServiceStub(channel), running
    finally:
        channel.close()
        running.stop(grace_s=1)


def three(request: Any, context: Any) -> Iterator[Any]:
    for sequence in (1, 2, 3):
        yield pb.WatchRankingResponse(sequence=sequence)


def endless(request: Any, context: Any) -> Iterator[Any]:
    yield pb.WatchRankingResponse(sequence=1)
    while rpc_streams.wait(0.05):
        yield pb.WatchRankingResponse(is_heartbeat=True)


def watching(stub: Any, *, timeout: float | None = 10, **who: Any) -> Any:
    return stub.WatchRanking(
        pb.WatchRankingRequest(), metadata=bearer(token(audience="stores", **who)), timeout=timeout
    )


def refusal(answers: Any) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        list(answers)
    failure = failure_of(caught.value)
    return failure.code, failure.reason


def test_a_stream_brings_its_answers_in_order() -> None:
    with serving(three) as (stub, _):
        assert [answer.sequence for answer in watching(stub)] == [1, 2, 3]


def test_a_stream_needs_token_role_and_deadline() -> None:
    with serving(three) as (stub, _):
        assert refusal(stub.WatchRanking(pb.WatchRankingRequest(), timeout=5)) == ("UNAUTHENTICATED", "TOKEN_MISSING")
        other = Principal("bob", frozenset({"finance"}))
        assert refusal(watching(stub, principal=other)) == ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")
        assert refusal(watching(stub, ttl=timedelta(seconds=-1))) == ("UNAUTHENTICATED", "TOKEN_EXPIRED")
        assert refusal(watching(stub, timeout=None)) == ("INVALID_ARGUMENT", "DEADLINE_REQUIRED")


def test_a_stream_without_rule_does_not_start() -> None:
    with pytest.raises(MethodNotGuarded, match=r"stores\.WatchRanking"), serving(three, rules(without="WatchRanking")):
        pass


def test_a_method_that_takes_a_stream_is_not_served() -> None:
    handler: Any = grpc.stream_stream_rpc_method_handler(lambda requests, context: requests)
    guard = Guard("stores", rules(), AccessTokenVerifier(PUBLIC_KEY, "stores"))
    with pytest.raises(MethodNotGuarded, match="stream of requests"):
        guard.wrap_all("saleloop.stores.v1.FiguresService", {"WatchRanking": handler})


def test_a_stream_ends_when_its_token_expires() -> None:
    started = time.monotonic()
    with serving(endless) as (stub, _):
        assert refusal(watching(stub, ttl=timedelta(seconds=2))) == ("UNAUTHENTICATED", "TOKEN_EXPIRED")
    assert time.monotonic() - started < 5


def test_every_step_knows_who_watches_and_leaves_nothing_behind() -> None:
    seen: list[Any] = []

    def watch(request: Any, context: Any) -> Iterator[Any]:
        for _ in range(3):
            seen.append((principal.current().principal, access.scope()))
            yield pb.WatchRankingResponse()

    with serving(watch, rules(Grant(Scope.REGION))) as (stub, _):
        assert len(list(watching(stub))) == 3
    assert seen == [(ALICE, Scope.REGION)] * 3


def test_hidden_fields_are_left_out_of_every_answer() -> None:
    def watch(request: Any, context: Any) -> Iterator[Any]:
        for _ in range(2):
            yield pb.WatchRankingResponse(stores=[pb.StoreRank(store_id="s1", name="First")])

    with serving(watch, rules(Grant(hidden=("stores.name",)))) as (stub, _):
        found = [answer.stores[0] for answer in watching(stub)]
    assert [(store.store_id, store.name) for store in found] == [("s1", "")] * 2


def test_an_error_in_the_middle_tells_no_detail() -> None:
    def watch(request: Any, context: Any) -> Iterator[Any]:
        yield pb.WatchRankingResponse()
        raise RuntimeError("password is hunter2")

    with serving(watch) as (stub, _):
        answers = watching(stub)
        assert next(answers) == pb.WatchRankingResponse()
        assert refusal(answers)[0] == "INTERNAL"


def test_a_watcher_that_leaves_frees_the_thread() -> None:
    left = threading.Event()

    def watch(request: Any, context: Any) -> Iterator[Any]:
        try:
            yield pb.WatchRankingResponse()
            while rpc_streams.wait(30):
                yield pb.WatchRankingResponse()
        finally:
            left.set()

    with serving(watch) as (stub, _):
        answers = watching(stub)
        next(answers)
        answers.cancel()
        assert left.wait(5)


def test_streams_end_at_once_when_the_server_does() -> None:
    with serving(endless) as (stub, running):
        answers = watching(stub)
        next(answers)
        started = time.monotonic()
        running.stop(grace_s=15)
        assert time.monotonic() - started < 5


def test_too_many_streams_are_refused_and_calls_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.rpc_guard.Streams", lambda: Streams(2))
    with serving(endless) as (stub, _):
        open_ones = [watching(stub) for _ in range(2)]
        for answers in open_ones:
            next(answers)
        assert refusal(watching(stub)) == ("RESOURCE_EXHAUSTED", "TOO_MANY_STREAMS")
        metadata = bearer(token(audience="stores"))
        assert stub.GetStoreRanking(pb.GetStoreRankingRequest(), metadata=metadata, timeout=5) is not None
        open_ones[0].cancel()
        time.sleep(0.3)
        assert next(watching(stub)).sequence == 1
