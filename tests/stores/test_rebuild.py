"""Figures that grow with every batch are those that a count from the beginning gives."""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest

from services.stores.commands.ingest_batch import Batch, ingest_batches
from services.stores.commands.known_names import KnownNames
from services.stores.commands.put_stores import StoreValues, put_stores
from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.domain.figures import DayFigures, MemberFigures
from services.stores.domain.receipts import Discount, Kind, Line, Receipt, Tender
from services.stores.figure_parts import add_part, part_documents
from services.stores.ledger import Ledger
from services.stores.queries.day_documents import member_figures_by_store
from services.stores.queries.view import View
from tests.stores.ingesting import batch, ingest
from tests.stores.made_up import NOW, receipt

EVERYTHING = View((), is_everything=True)


def any_receipt(random: Random, number: int) -> Receipt:
    kind = random.choice([Kind.SALE] * 6 + [Kind.RETURN, Kind.VOID])
    sign = 1 if kind is Kind.SALE else -1
    lines = tuple(
        Line(
            f"sku-{random.randint(0, 5)}",
            sign * random.choice([0, 1000, 2500]),
            sign * random.randint(0, 900),
            (Discount(random.choice(["COUPON", "STAFF"]), 3, "x"),) if random.random() < 0.3 else (),
        )
        for _ in range(random.randint(1, 4))
    )
    total = sum(line.amount_minor for line in lines)
    return receipt(
        number,
        kind=kind,
        lines=lines,
        total_minor=total,
        till_seconds=int(NOW.timestamp()) - random.randint(0, 6 * 86_400) + random.choice([0, 0, 0, 200_000]),
        member_id=random.choice(["", "m1", "m.2"]),
        tenders=(Tender(random.choice(["cash", "card", "a.b", ""]), total),),
        original_number=0 if kind is Kind.SALE else random.randint(1, number),
    )


def any_batch(random: Random) -> Batch:
    numbers = [random.randint(0, 60) for _ in range(random.randint(0, 12))]
    return batch(
        [any_receipt(random, number) for number in numbers],
        terminal=random.choice(["t1", "t2"]),
        store=random.choice(["s1", "s3"]),
        receive_time=NOW + timedelta(hours=random.randint(0, 200)),
    )


@pytest.mark.parametrize("seed", range(5))
def test_incremental_figures_equal_a_rebuild_at_any_moment(ledger: Ledger, store: str, seed: int) -> None:
    random = Random(seed)
    names = KnownNames(ledger)
    for _ in range(6):
        sent = [any_batch(random) for _ in range(random.randint(1, 4))]
        ingest_batches(sent, ledger, names)
        assert rebuild_figures(ledger) == {}
        ingest_batches(sent, ledger, names)
        assert rebuild_figures(ledger) == {}
    assert ledger.days.count_documents({"corrections": {"$exists": True}}) > 0
    assert ledger.parts.count_documents({"members": "m1"}) > 0


def test_a_rebuild_puts_wrong_and_lost_figures_right(ledger: Ledger, store: str) -> None:
    random = Random(1)
    ingest(ledger, *(any_batch(random) for _ in range(10)))
    stored = list(ledger.days.find({}, {"changed": 0}).sort("_id"))
    before = figures_of(ledger)
    ledger.days.update_one({}, {"$inc": {"totals.revenue_minor": 1}})
    ledger.parts.delete_many({"store_id": "s1", "members": "m1"})
    stray = DayFigures(skus={"sku-9": [3, 0, 0, 0, 0]}, members={"nobody": MemberFigures(receipts=3)})
    ledger.parts.insert_many(part_documents("s1", "2020-01-01", stray))
    assert sum(rebuild_figures(ledger).values()) > 3
    assert rebuild_figures(ledger) == {}
    assert list(ledger.days.find({}, {"changed": 0}).sort("_id")) == stored
    assert figures_of(ledger) == before


def figures_of(ledger: Ledger) -> dict[tuple[str, str], tuple[object, object]]:
    """What all parts of each day hold together."""
    days: dict[tuple[str, str], DayFigures] = defaultdict(DayFigures)
    for part in ledger.parts.find({}):
        add_part(part, days[part["store_id"], part["business_day"]])
    return {key: without_zeros_of(figures) for key, figures in days.items()}


def without_zeros_of(figures: DayFigures) -> tuple[object, object]:
    skus = {sku: counters for sku, counters in figures.skus.items() if any(counters)}
    members = {
        member_id: (found.receipts, found.revenue_minor, found.units_milli, found.first_seconds, found.last_seconds)
        for member_id, found in figures.members.items()
    }
    return skus, members


def test_a_day_keeps_the_zone_that_it_was_counted_in(ledger: Ledger, store: str) -> None:
    ingest(ledger, batch([receipt(1), receipt(2)]))
    put_stores([StoreValues("s1", "First", "East", 40.0, -75.0, "Asia/Tokyo", 0, "USD")])
    assert rebuild_figures(ledger) == {}


def test_a_members_figures_tell_habits(ledger: Ledger, store: str) -> None:
    bought = receipt(1, member_id="m1")
    void = receipt(
        2, kind=Kind.VOID, lines=(Line("sku-0", -1000, -250),), total_minor=-250, member_id="m1", original_number=1
    )
    ingest(ledger, batch([bought, void]))
    found = member_figures_by_store(ledger, "m1", EVERYTHING)["s1"]
    assert (found.receipts, found.revenue_minor, found.units_milli) == (0, 99, 1000)
    assert found.categories == {"b.1": 99, "b.0": 0}
    assert found.first_seconds == found.last_seconds == bought.till_seconds
