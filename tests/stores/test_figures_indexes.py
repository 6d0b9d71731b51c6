"""Figures are found by index, whatever the question: nothing walks over a whole collection."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis import access
from services.stores.cash_documents import CashCount
from services.stores.documents import Store, Terminal
from services.stores.domain.periods import days_of
from services.stores.domain.receipts import Kind, Line, Receipt
from services.stores.ledger import Doc, Ledger
from services.stores.queries import day_documents
from services.stores.queries.coverage import enrolled_filter
from services.stores.queries.remembered import changes_pipeline
from services.stores.queries.statement import problems_filter
from services.stores.queries.view import STATE, View, visible_view
from tests.stores.figures_chain import PERIOD, Sold, acting, open_chain, sell
from tests.stores.made_up import digested

EVERYBODY: dict[str, dict[str, object]] = {
    "director": {},
    "regional_supervisor": {"region": "East"},
    "store_manager": {"store_ids": frozenset({"w1", "w2"})},
}


def stages(plan: Any) -> Iterator[str]:
    """Every stage of the winning plan of an explained query or aggregation."""
    if isinstance(plan, Mapping):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for name, part in plan.items():
            if name not in ("rejectedPlans", "command"):
                yield from stages(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from stages(part)


def explained(
    ledger: Ledger, collection: str, *, pipeline: list[Doc] | None = None, filter: Doc | None = None
) -> set[str]:
    query: Doc = {"find": collection, "filter": filter or {}}
    if pipeline is not None:
        query = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}
    return set(stages(ledger.database.command({"explain": query, "verbosity": "queryPlanner"})))


def documents_read(found: Any) -> int:
    """The documents that an executed plan has looked at."""
    if isinstance(found, Mapping):
        own = found.get("totalDocsExamined")
        return own if isinstance(own, int) else max((documents_read(part) for part in found.values()), default=0)
    return max(map(documents_read, found), default=0) if isinstance(found, list) else 0


def questions(view: View) -> dict[str, tuple[str, Doc]]:
    store = view.stores[0]
    return {
        "totals by day": ("store_days", day_documents.days_filter(PERIOD, view)),
        "corrections": ("store_days", day_documents.corrections_filter(PERIOD, view)),
        "SKUs": ("figure_parts", day_documents.days_filter(PERIOD, view)),
        "baskets": ("receipt_batches", day_documents.days_filter(PERIOD, view)),
        "member": ("figure_parts", day_documents.member_filter("m1", view)),
        "coverage": ("terminals", enrolled_filter(view.ids)),
        "put aside": ("receipt_problems", problems_filter(store, PERIOD[0])),
        "cash": ("cash_counts", {"store_id": store.id, "business_day": PERIOD[0]}),
    }


@pytest.mark.parametrize("role", list(EVERYBODY))
def test_no_figure_walks_over_a_collection(ledger: Ledger, role: str) -> None:
    open_chain(ledger)
    for aggregate in (Store, Terminal, CashCount):
        aggregate.ensure_indexes()
    with acting("stores.GetStoreRanking", role, **EVERYBODY[role]):
        view = visible_view()
        assert view.is_everything == (access.scope() is access.Scope.ALL)
    for what, (collection, wanted) in questions(view).items():
        found = explained(ledger, collection, filter=wanted)
        assert "IXSCAN" in found, what
        assert "COLLSCAN" not in found, what
    found = explained(ledger, "store_days", filter=day_documents.of_days(days_of(PERIOD), view))
    assert "IXSCAN" in found, found
    assert "COLLSCAN" not in found, found
    # One look into the index for each day, and no document.
    assert "DISTINCT_SCAN" in explained(ledger, "store_days", pipeline=changes_pipeline(PERIOD))
    # Whether any store has changed is told by the index alone.
    assert not {"COLLSCAN", "FETCH"} & explained(ledger, "stores", pipeline=STATE)


def test_the_number_of_receipts_makes_no_figure_read_more(ledger: Ledger) -> None:
    open_chain(ledger)
    at = int(datetime(2026, 3, 10, 4, tzinfo=UTC).timestamp())

    def sales(numbers: range) -> list[Sold]:
        lines = (Line("sku-0", 1000, 500),)
        made = [Receipt(n, Kind.SALE, at + n * 60, 0, "CNY", 500, lines) for n in numbers]
        return [Sold(store_id, digested(one), 0) for one in made for store_id in ("e1", "e2")]

    def read() -> list[int]:
        view = visible_view()
        wanted = (day_documents.of_days(days_of(PERIOD), view), day_documents.days_filter(PERIOD, view))
        queries = [{"find": "store_days", "filter": filter} for filter in wanted]
        return [
            documents_read(ledger.database.command({"explain": query, "verbosity": "executionStats"}))
            for query in queries
        ]

    sell(ledger, sales(range(1, 3)))
    assert read() == [2, 2]
    sell(ledger, sales(range(3, 40)))
    assert read() == [2, 2]
