"""Batches become receipts, figures and progress exactly once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest

from services.stores.commands.ingest_batch import StoreUnknown
from services.stores.domain.receipts import Discount, Kind, Line
from services.stores.ledger import Ledger
from services.stores.queries import figures
from tests.stores.ingesting import batch, ingest
from tests.stores.made_up import receipt

EVER = ("2000-01-01", "2100-01-01")


def test_a_batch_is_counted_and_its_repetition_is_not(ledger: Ledger, store: str) -> None:
    sent = batch([receipt(1), receipt(2, member_id="m1"), receipt(3, amounts=(5,))])
    first, second = ingest(ledger, sent, sent)
    assert (first.accepted, first.duplicates, second.accepted, second.duplicates) == (3, 0, 0, 3)
    top = figures.ranking(EVER, region="", figure="revenue").stores[0]
    assert (top[1].store_id, top[1].revenue_minor, top[1].receipts, top[1].units_milli) == (store, 703, 3, 5000)
    assert [found["numbers"] for found in ledger.batches.find({})] == [[1, 2, 3]]
    progress = ledger.progress.find_one({})
    assert progress is not None
    assert progress["seen"] == [[1, 3]]


def test_a_conflict_keeps_the_first_and_quarantines_the_second_once(ledger: Ledger, store: str) -> None:
    other = batch([receipt(1, amounts=(777,))])
    _, first, again = ingest(ledger, batch([receipt(1)]), other, other)
    assert (first.conflicts, again.conflicts) == (1, 0)
    problem = ledger.problems.find_one({})
    assert problem is not None
    assert (problem["outcome"], problem["difference"]["total_minor"]) == ("CONFLICT", [349, 777])
    assert figures.ranking(EVER, region="", figure="revenue").total_revenue_minor == 349


def test_a_rejected_receipt_is_kept_and_leaves_no_gap(ledger: Ledger, store: str) -> None:
    counted = ingest(ledger, batch([receipt(1), receipt(2, total_minor=1), receipt(3), receipt(0)]))[0]
    assert (counted.accepted, counted.rejected) == (2, 2)
    progress = ledger.progress.find_one({})
    assert progress is not None
    assert progress["seen"] == [[1, 3]]
    reasons = sorted(problem["reason"] for problem in ledger.problems.find({}))
    assert reasons == ["NUMBER_OUT_OF_RANGE", "TOTAL_DIFFERS_FROM_LINES"]
    assert all(problem["body"] for problem in ledger.problems.find({}))


def test_a_new_epoch_starts_at_one_again(ledger: Ledger, store: str) -> None:
    ingest(ledger, batch([receipt(1)]), batch([receipt(1, amounts=(10,))], epoch=2))
    assert figures.ranking(EVER, region="", figure="revenue").total_revenue_minor == 359
    assert ledger.problems.count_documents({}) == 0


def test_flags_are_stored_with_the_receipt(ledger: Ledger, store: str) -> None:
    ingest(ledger, batch([receipt(1, lines=(Line("new", 1000, 5),), total_minor=5, member_id="m9")]))
    stored = ledger.batches.find_one({})
    assert stored is not None
    assert stored["flags"] == {"1": ["unknown_sku", "unknown_member"]}


def test_a_batch_of_an_unknown_store_is_refused(ledger: Ledger, store: str) -> None:
    with pytest.raises(StoreUnknown):
        ingest(ledger, batch([receipt(1)], store="nowhere"))


def test_skus_with_dots_and_dollars_are_counted(ledger: Ledger, store: str) -> None:
    lines = tuple(Line(sku, 1000, 5) for sku in ("a.b", "$c", "50%", "%2e"))
    ingest(ledger, batch([receipt(1, lines=lines, total_minor=20)]))
    rows, _ = figures.sku_figures(EVER, store_id="", after="", limit=10)
    assert [row["_id"] for row in rows] == ["$c", "%2e", "50%", "a.b"]


def test_a_day_with_many_skus_is_split_and_sums_up(ledger: Ledger, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.stores.figure_parts.PART_BYTES", 2_000)
    many = [receipt(n, amounts=(1,) * 90, lines=tuple(Line(f"x{n}-{i}", 1000, 1) for i in range(90))) for n in (1, 2)]
    again = [replace(each, number=each.number + 2) for each in many]
    ingest(ledger, *(batch([each]) for each in [*many, *again]))
    assert ledger.parts.count_documents({}) > 4
    rows, _ = figures.sku_figures(EVER, store_id="", after="", limit=1000)
    assert len(rows) == 180
    assert {(row["revenue_minor"], row["receipts"]) for row in rows} == {(2, 2)}


def test_repeated_disordered_and_concurrent_batches_are_counted_once(ledger: Ledger, store: str) -> None:
    random = Random(7)
    receipts = [
        receipt(n, lines=(Line(f"sku-{n % 5}", 1000, n, (Discount("COUPON", 1),)),), total_minor=n)
        for n in range(1, 301)
    ]
    batches = [batch(receipts[start : start + 20], terminal=t) for start in range(0, 300, 20) for t in ("t1", "t2")]
    sent = batches * 3
    random.shuffle(sent)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda part: ingest(ledger, *part), [sent[i::4] for i in range(4)]))
    total = figures.ranking(EVER, region="", figure="revenue")
    assert (total.total_revenue_minor, total.total_receipts) == (2 * sum(range(1, 301)), 600)
    rows, _ = figures.sku_figures(EVER, store_id="", after="", limit=10)
    assert sum(row["revenue_minor"] for row in rows) == total.total_revenue_minor
    assert [doc["seen"] for doc in ledger.progress.find({})] == [[[1, 300]]] * 2


def test_penetration_hours_and_silent_stores(ledger: Ledger, store: str) -> None:
    sale = receipt(1, lines=(Line("sku-0", 1000, 5),), total_minor=5)
    void = receipt(2, kind=Kind.VOID, lines=(Line("sku-0", -1000, -5),), total_minor=-5, original_number=1)
    other = receipt(3, lines=(Line("sku-1", 1000, 7),), total_minor=7)
    third = receipt(4, lines=(Line("sku-0", 1000, 9), Line("sku-2", 1000, 1)), total_minor=10)
    ingest(ledger, batch([sale, void, other, third]))
    shares, coverage = figures.penetration(EVER, ["sku-0", "sku-2"], region="")
    assert [(s.store_id, s.receipts, s.with_product, s.share_bp) for s in shares] == [
        ("s1", 2, 1, 5000),
        ("s2", 0, 0, 0),
        ("s3", 0, 0, 0),
    ]
    assert coverage.terminals_enrolled == 0
    cells, _ = figures.hourly(EVER, region="", store_id="")
    assert len(cells) == 168
    assert cells[7] == (2, 17, 3000, 0, 0)  # Monday 07:59 in New York
    ranked = figures.ranking(EVER, region="East", figure="receipts").stores
    assert [(position, found.store_id) for position, found in ranked] == [(1, "s1"), (2, "s2")]


def test_rivals_that_start_the_same_day_and_member_at_once_both_succeed(ledger: Ledger, store: str) -> None:
    for number in range(1, 9):
        rivals = [
            batch([receipt(number, member_id=f"m{number}")], terminal=terminal, epoch=number)
            for terminal in ("t1", "t2", "t3", "t4")
        ]
        with ThreadPoolExecutor(4) as threads:
            counted = list(threads.map(lambda one: ingest(ledger, one)[0], rivals))
        assert [each.accepted for each in counted] == [1, 1, 1, 1]
    assert figures.ranking(EVER, region="", figure="revenue").total_receipts == 32
