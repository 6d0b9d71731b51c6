"""The figures' rpcs as callers meet them: on a server, with tokens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from chassis.principal import Principal
from chassis.rpc_client import bearer
from chassis.rpc_server import RpcServer
from chassis.rpc_status import failure_of
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from saleloop.stores.v1 import figures_service_pb2 as pb
from saleloop.stores.v1 import figures_service_pb2_grpc as pb_grpc
from services.stores.cash_documents import CashCount
from services.stores.domain.receipts import Kind, Line, Receipt, Tender
from services.stores.figures_rpc import FiguresServicer
from services.stores.ledger import Ledger
from tests.stores.figures_chain import FIRST_DAY, LAST_DAY, STORES, Sold, open_chain, sell
from tests.stores.made_up import digested

PRIVATE_KEY = encode_key(bytes(range(32)))
ADD: Any = pb_grpc.add_FiguresServiceServicer_to_server
DAYS: Any = {"first_day": FIRST_DAY, "last_day": LAST_DAY}
AT = datetime(2026, 3, 10, 4, tzinfo=UTC)


def sale(store_id: str, number: int, amount: int, **changes: Any) -> Sold:
    """One line of that amount, paid at noon in Shanghai on 10 March."""
    fields: Any = {"lines": (Line("sku-0", 1000, amount),), "tenders": (Tender("cash", amount),)} | changes
    return Sold(store_id, digested(Receipt(number, Kind.SALE, int(AT.timestamp()), 0, "CNY", amount, **fields)), 0)


def token(*roles: str, ttl: timedelta = timedelta(minutes=5), **scopes: Any) -> Any:
    who = Principal("p1", frozenset(roles), **scopes)
    return bearer(AccessTokenIssuer(PRIVATE_KEY).issue(who, "stores", ttl))


@contextmanager
def served() -> Iterator[Any]:
    running = RpcServer(
        "stores", [(ADD, FiguresServicer())], AccessTokenVerifier(public_key_of(PRIVATE_KEY), "stores"), TABLE
    )
    channel = grpc.insecure_channel(f"127.0.0.1:{running.start('127.0.0.1', 0)}")
    try:
        yield pb_grpc.FiguresServiceStub(channel)
    finally:
        channel.close()
        running.stop(grace_s=1)


@pytest.fixture
def stub(ledger: Ledger) -> Iterator[Any]:
    open_chain(ledger)
    sell(ledger, [sale("e1", 1, 700), sale("e2", 1, 900), sale("w1", 1, 900), sale("w2", 1, 100)])
    with served() as found:
        yield found


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    failure = failure_of(caught.value)
    return failure.reason, ",".join(violation.field for violation in failure.violations)


def test_the_ranking_pages_with_ties_zeros_and_totals(stub: Any) -> None:
    director, found, page_token = token("director"), [], ""
    while True:
        request = pb.GetStoreRankingRequest(**DAYS, figure="revenue", page_size=2, page_token=page_token)
        answer = stub.GetStoreRanking(request, metadata=director, timeout=5)
        found += [(store.rank, store.store_id, store.figures.revenue_minor) for store in answer.stores]
        page_token = answer.next_page_token
        assert answer.total.revenue_minor == 2600
        if not page_token:
            break
    assert found == [(1, "e2", 900), (1, "w1", 900), (3, "e1", 700), (4, "w2", 100), (5, "z9", 0)]
    truth = answer.truth
    assert (truth.terminals_heard, truth.terminals_enrolled) == (4, 10)
    assert truth.freshness_time.ToDatetime(tzinfo=UTC) == AT
    assert truth.state == pb.FIGURES_STATE_FINAL
    assert truth.watermark_time.ToDatetime(tzinfo=UTC) < datetime.now(UTC) - timedelta(hours=47)


def test_days_that_are_not_over_are_provisional(stub: Any) -> None:
    today = datetime.now(UTC).date().isoformat()
    answer = stub.GetStoreRanking(
        pb.GetStoreRankingRequest(first_day=today, last_day=today), metadata=token("director"), timeout=5
    )
    assert answer.truth.state == pb.FIGURES_STATE_PROVISIONAL
    assert [store.has_sales for store in answer.stores] == [False] * len(STORES)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_day": "yesterday"}, "first_day"),
        ({"last_day": "2026-03-01"}, "last_day"),
        ({"last_day": "2028-03-01"}, "last_day"),
        ({"first_day": "1900-01-01"}, "first_day"),
        ({"figure": "beauty"}, "figure"),
        ({"previous_first_day": "9999-12-31"}, "previous_first_day"),
    ],
)
def test_a_wrong_question_names_its_field(stub: Any, changes: dict[str, str], field: str) -> None:
    request = pb.GetStoreRankingRequest(**(DAYS | changes))
    assert refused(lambda: stub.GetStoreRanking(request, metadata=token("director"), timeout=5)) == (
        "INVALID_ARGUMENT",
        field,
    )


def test_a_supervisor_sees_the_region_and_a_manager_the_own_store(stub: Any) -> None:
    request = pb.GetStoreRankingRequest(**DAYS)
    east = stub.GetStoreRanking(request, metadata=token("regional_supervisor", region="East"), timeout=5)
    assert [store.store_id for store in east.stores] == ["e2", "e1", "z9"]
    assert (east.total.revenue_minor, east.truth.terminals_enrolled) == (1600, 6)
    own = stub.GetStoreRanking(request, metadata=token("store_manager", store_ids=frozenset({"w1"})), timeout=5)
    assert [(store.rank, store.store_id) for store in own.stores] == [(1, "w1")]
    assert (own.total.revenue_minor, own.truth.terminals_heard) == (900, 1)
    nobody = stub.GetStoreRanking(request, metadata=token("store_manager"), timeout=5)
    assert (list(nobody.stores), nobody.total.revenue_minor, nobody.truth.terminals_enrolled) == ([], 0, 0)
    assert refused(lambda: stub.GetStoreRanking(request, metadata=token("salesperson"), timeout=5))[0] == (
        "ROLE_NOT_ALLOWED"
    )


def test_a_watcher_sees_a_sale_and_not_those_out_of_sight(stub: Any, ledger: Ledger) -> None:
    answers = stub.WatchRanking(
        pb.WatchRankingRequest(**DAYS), metadata=token("regional_supervisor", region="East"), timeout=30
    )
    first = next(answers)
    assert (first.sequence, first.total.revenue_minor) == (1, 1600)
    sell(ledger, [sale("w1", 2, 5000)])
    quiet = next(answers)
    assert (quiet.is_heartbeat, quiet.sequence, len(quiet.stores)) == (True, 1, 0)
    sell(ledger, [sale("e1", 2, 1000)])
    changed = next(answers)
    assert (changed.sequence, changed.total.revenue_minor) == (2, 2600)
    assert [store.store_id for store in changed.stores] == ["e1", "e2", "z9"]
    answers.cancel()


def test_a_watch_ends_with_the_token(stub: Any) -> None:
    started = time.monotonic()
    answers = stub.WatchRanking(
        pb.WatchRankingRequest(**DAYS), metadata=token("director", ttl=timedelta(seconds=2)), timeout=30
    )
    assert refused(lambda: list(answers))[0] == "TOKEN_EXPIRED"
    assert time.monotonic() - started < 10


def test_a_statement_reconciles_tenders_with_the_counted_cash(stub: Any) -> None:
    manager = token("store_manager", store_ids=frozenset({"e1"}))
    asked = pb.GetDayStatementRequest(store_id="e1", business_day="2026-03-10")
    before = stub.GetDayStatement(asked, metadata=manager, timeout=5).statement
    assert (before.expected_cash_minor, before.HasField("counted_cash_minor")) == (700, False)
    assert (before.state, before.currency_code) == (pb.FIGURES_STATE_FINAL, "CNY")
    count = pb.RecordCountedCashRequest(
        store_id="e1", business_day="2026-03-10", amount_minor=650, note="one note was torn", request_id="r1"
    )
    for _ in range(2):
        after = stub.RecordCountedCash(count, metadata=manager, timeout=5).statement
    assert (after.counted_cash_minor, after.cash_difference_minor) == (650, -50)
    assert [(c.amount_minor, c.counted_by, c.note) for c in after.cash_counts] == [(650, "p1", "one note was torn")]
    assert CashCount.collection().count_documents({}) == 1


def test_cash_of_another_store_or_till_cannot_be_counted(stub: Any) -> None:
    manager = token("store_manager", store_ids=frozenset({"e1"}))

    def count(**fields: Any) -> tuple[str, str]:
        request = pb.RecordCountedCashRequest(**({"store_id": "e1", "business_day": "2026-03-10"} | fields))
        return refused(lambda: stub.RecordCountedCash(request, metadata=manager, timeout=5))

    assert count(store_id="e2")[0] == "STORE_NOT_FOUND"
    assert count(terminal_id="t9")[0] == "TERMINAL_NOT_FOUND"
    assert count(amount_minor=-1) == ("INVALID_ARGUMENT", "amount_minor")
    assert count(note="x" * 201) == ("INVALID_ARGUMENT", "note")
    assert count(business_day="10 March") == ("INVALID_ARGUMENT", "business_day")


def test_late_receipts_show_as_a_correction(stub: Any, ledger: Ledger) -> None:
    late = sale("e1", 2, 50)
    sell(ledger, [Sold(late.store_id, late.receipt, late_hours=24 * 7)])
    request = pb.GetDayStatementRequest(store_id="e1", business_day="2026-03-10")
    truth = stub.GetDayStatement(request, metadata=token("finance"), timeout=5).truth
    assert [(c.store_id, c.arrival_day, c.revenue_minor, c.receipts) for c in truth.corrections] == [
        ("e1", "2026-03-17", 50, 1)
    ]
    assert truth.correction_count == 1


def test_a_statement_tells_gaps_and_what_was_put_aside_that_day(stub: Any, ledger: Ledger) -> None:
    conflict, rejected = sale("e1", 1, 701), sale("e1", 3, 5, lines=(Line("", 1000, 5),))
    sell(ledger, [conflict, rejected, sale("e1", 9, 10)])
    sell(ledger, [Sold("e1", sale("e1", 1, 702).receipt, late_hours=48)])
    request = pb.GetDayStatementRequest(store_id="e1", business_day="2026-03-10")
    found = stub.GetDayStatement(request, metadata=token("finance"), timeout=5).statement
    assert (found.conflicts, found.rejected) == (1, 1)
    assert [(gap.terminal_id, gap.missing_receipts, list(gap.missing)) for gap in found.gaps] == [
        ("t1", 6, ["2", "4-8"])
    ]
    assert found.figures.revenue_minor == 710
    request = pb.GetDayStatementRequest(store_id="e1", business_day="2026-03-11")
    assert stub.GetDayStatement(request, metadata=token("finance"), timeout=5).statement.conflicts == 0


def test_figures_are_complete_up_to_the_terminal_that_is_furthest_behind(stub: Any, ledger: Ledger) -> None:
    request = pb.GetStoreRankingRequest(**DAYS)
    own = token("store_manager", store_ids=frozenset({"e1"}))
    assert not stub.GetStoreRanking(request, metadata=own, timeout=5).truth.HasField("complete_time"), "t2 is silent"
    later = sale("e1", 1, 5)
    sell(ledger, [Sold("e1", later.receipt, late_hours=1)], terminal="t2")
    sell(ledger, [sale("e1", 2, 5)])
    complete = stub.GetStoreRanking(request, metadata=own, timeout=5).truth.complete_time.ToDatetime(tzinfo=UTC)
    marks = [found["watermark_time"] for found in ledger.progress.find({"store_id": "e1"})]
    assert (len(marks), complete) == (2, min(marks))
