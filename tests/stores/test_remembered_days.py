"""What is remembered of a day is forgotten as soon as the day changes."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.domain.figures import REVENUE
from services.stores.ledger import Doc, Ledger
from services.stores.queries import day_documents
from services.stores.queries.rankings import _join
from services.stores.queries.remembered import RememberedDays
from services.stores.queries.view import View
from tests.stores.ingesting import batch, ingest
from tests.stores.made_up import receipt

EVERYTHING = View((), is_everything=True)
Totals = RememberedDays[tuple[int, ...], Mapping[str, tuple[int, ...]]]
EVER = ("2000-01-01", "2100-01-01")


def test_a_settled_day_is_read_once_until_it_changes(
    ledger: Ledger, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def totals(found: Doc) -> tuple[int, ...]:
        read.append(1)
        return day_documents.totals_of(found)

    days: Totals = RememberedDays(day_documents.TOTALS, totals, dict, _join)

    def revenue() -> int:
        return sum(counters[REVENUE] for counters in days.of(ledger, EVER, EVERYTHING).values())

    assert revenue() == 0
    ingest(ledger, batch([receipt(1, amounts=(5,))]))
    assert (revenue(), revenue(), read) == (
        5,
        5,
        [1],
    )  # the day may still change unseen, yet its document's stamp stands
    ingest(ledger, batch([receipt(3, amounts=(1,))]))
    assert (revenue(), revenue(), read) == (6, 6, [1, 1])
    monkeypatch.setattr("services.stores.queries.remembered.SETTLED", timedelta(days=-1))
    assert (revenue(), revenue(), revenue(), read) == (6, 6, 6, [1, 1])
    ingest(ledger, batch([receipt(2, amounts=(7,))]))
    assert (revenue(), revenue(), read) == (13, 13, [1, 1, 1])
    ledger.days.update_one({}, {"$inc": {"totals.revenue_minor": 1}})
    assert rebuild_figures(ledger) == {"s1": 1}
    assert revenue() == 13
    ledger.days.delete_many({})
    assert revenue() == 0


def test_a_settled_day_that_is_put_right_is_read_again(
    ledger: Ledger, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stores.queries.remembered.SETTLED", timedelta(days=-1))
    days: Totals = RememberedDays(day_documents.TOTALS, day_documents.totals_of, dict, _join)
    ingest(ledger, batch([receipt(1, amounts=(5,))]))
    ledger.days.update_one({}, {"$inc": {"totals.revenue_minor": 1}})
    ingest(ledger, batch([receipt(1, amounts=(7,))], store="s2"))  # the day's latest change is another store's

    def revenue() -> int:
        return sum(counters[REVENUE] for counters in days.of(ledger, EVER, EVERYTHING).values())

    assert revenue() == 13
    assert rebuild_figures(ledger) == {"s1": 1}
    assert revenue() == 12
