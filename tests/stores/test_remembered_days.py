"""What is remembered of a day is forgotten as soon as the day changes."""

from datetime import timedelta

import pytest

from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.remembered import RememberedDays
from services.stores.queries.view import View
from tests.stores.ingesting import batch, ingest
from tests.stores.made_up import receipt

EVERYTHING = View((), is_everything=True)
EVER = ("2000-01-01", "2100-01-01")


def test_a_settled_day_is_read_once_until_it_changes(
    ledger: Ledger, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def totals(*asked: object) -> dict[str, dict[str, tuple[int, ...]]]:
        found = day_documents.totals_of_days(*asked)  # type: ignore[arg-type]  # handed on as they came
        read.append(len(found))
        return found

    days = RememberedDays(totals)

    def revenue() -> int:
        return sum(counters[0] for day in days.of(ledger, EVER, EVERYTHING) for counters in day.values())

    assert revenue() == 0
    ingest(ledger, batch([receipt(1, amounts=(5,))]))
    assert (revenue(), revenue(), read) == (5, 5, [1, 1])  # it may still change unseen
    monkeypatch.setattr("services.stores.queries.remembered.SETTLED", timedelta(days=-1))
    assert (revenue(), revenue(), revenue(), read) == (5, 5, 5, [1, 1, 1])
    ingest(ledger, batch([receipt(2, amounts=(7,))]))
    assert (revenue(), revenue(), read) == (12, 12, [1, 1, 1, 1])
    ledger.days.update_one({}, {"$inc": {"totals.revenue_minor": 1}})
    assert rebuild_figures(ledger) == {"s1": 1}
    assert revenue() == 12
    ledger.days.delete_many({})
    assert revenue() == 0
