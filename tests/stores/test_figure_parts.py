"""A day's figures are the sum of its parts, however often these are merged."""

from collections.abc import Iterator, Mapping
from random import Random

import pytest

from services.stores.commands.ingest_batch import ingest_batches
from services.stores.commands.known_names import KnownNames
from services.stores.commands.merge_parts import MERGED_AT, PartMerger, merge_parts
from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.domain.figures import DayFigures
from services.stores.domain.receipts import Line
from services.stores.figure_parts import WHOLE, part_documents, sku_rows
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.day_documents import member_figures_by_store, totals_by_sku
from services.stores.queries.view import View
from tests.stores.ingesting import batch
from tests.stores.made_up import receipt

EVERYTHING = View((), is_everything=True)
FIRST_ANSWER = 101  # documents that mongod sends at once
EVER = ("2000-01-01", "2100-01-01")


def sell(ledger: Ledger, count: int, merger: PartMerger | None = None) -> None:
    """So many transactions of one receipt each."""
    random, names = Random(4), KnownNames(ledger)
    for number in range(1, count + 1):
        lines = tuple(Line(f"sku-{random.randint(0, 9)}", 1000, random.randint(1, 9)) for _ in range(3))
        total = sum(line.amount_minor for line in lines)
        sold = receipt(number, lines=lines, total_minor=total, member_id=random.choice(["", "m1", "m2"]))
        ingest_batches([batch([sold])], ledger, names, merger)


def test_merging_changes_no_figure(ledger: Ledger, store: str) -> None:
    sell(ledger, 30)
    day = str((ledger.parts.find_one({}) or {})["business_day"])
    skus = totals_by_sku(ledger, EVER, EVERYTHING)
    members = member_figures_by_store(ledger, "m1", EVERYTHING)
    assert merge_parts("s1", day, ledger) == 0  # not yet worth it
    assert merge_parts("s1", day, ledger, at=10) == 29
    assert [part["level"] for part in ledger.parts.find({})] == [1]
    assert merge_parts("s1", day, ledger, at=10) == 0
    assert totals_by_sku(ledger, EVER, EVERYTHING) == skus
    assert member_figures_by_store(ledger, "m1", EVERYTHING) == members
    assert rebuild_figures(ledger) == {}


def test_a_process_merges_what_it_added(ledger: Ledger, store: str) -> None:
    merger = PartMerger(ledger)
    sell(ledger, MERGED_AT - 1, merger)
    merger.merge_due()
    assert ledger.parts.count_documents({}) == MERGED_AT - 1
    sell(ledger, MERGED_AT, merger)  # all but the last are repeated
    merger.merge_due()
    assert ledger.parts.count_documents({}) == 1
    assert rebuild_figures(ledger) == {}


def test_a_reader_sees_each_sale_once_while_parts_are_merged(
    ledger: Ledger, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(ledger, FIRST_ANSWER + 20)  # so that the reader has to ask for more
    day = str((ledger.parts.find_one({}) or {})["business_day"])
    skus = totals_by_sku(ledger, EVER, EVERYTHING)
    merged: list[int] = []

    def merge_then_read(part: Mapping[str, object]) -> Iterator[tuple[str, tuple[int, ...]]]:
        if not merged:
            merged.append(sum(merge_parts("s1", day, ledger, at=2) for _ in range(3)))
        return sku_rows(part)

    monkeypatch.setattr(day_documents, "sku_rows", merge_then_read)
    assert totals_by_sku(ledger, EVER, EVERYTHING) == skus
    assert merged[0] >= FIRST_ANSWER


def test_days_that_are_due_together_are_merged_one_after_the_other(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged: list[str] = []
    monkeypatch.setattr(
        "services.stores.commands.merge_parts.merge_parts", lambda store_id, _day, _ledger: merged.append(store_id)
    )
    merger = PartMerger(ledger)
    stores = [f"s{number}" for number in range(100)]
    for _ in range(MERGED_AT):
        for store_id in stores:
            merger.added(store_id, "2026-03-02")
    merger.merge_due()
    assert 1 <= len(merged) <= 10
    merger.merge_due()
    assert len(merged) <= 10
    while len(merged) < len(stores):
        for _ in range(MERGED_AT):
            merger.added("others", f"day {len(merged)}")
        merger.merge_due()
    assert sorted(merged) == sorted(stores)


def test_a_large_part_is_not_merged_again(ledger: Ledger) -> None:
    day = "2026-03-02"
    figures = DayFigures(skus={f"sku-{number}": [1, 2, 3, 4, 5] for number in range(3_000)})
    for _ in range(4):
        ledger.parts.insert_many(part_documents("s1", day, figures, level=1))
    assert {part["level"] for part in ledger.parts.find({})} == {WHOLE}
    assert merge_parts("s1", day, ledger, at=2) == 0
    assert {row["_id"]: row["receipts"] for row in totals_by_sku(ledger, EVER, EVERYTHING)}["sku-7"] == 4


def test_what_could_be_merged_is_seen_without_reading_the_parts(ledger: Ledger, store: str) -> None:
    sell(ledger, 3)
    wanted = {"business_day": {"$ne": ""}, "store_id": "s1", "level": {"$lt": WHOLE}}
    plan = ledger.parts.find(wanted, {"level": 1}).hint("day_store_level").explain()
    assert (plan["executionStats"]["nReturned"], plan["executionStats"]["totalDocsExamined"]) == (3, 0)
