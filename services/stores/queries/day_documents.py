"""Readers of the day documents (see README, "What is stored from receipts"): the one place that knows their shape.

Every reader takes the view, so that no document of another store is read, and finds its documents by index.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern

from services.stores.baskets import baskets_from
from services.stores.domain.figures import COUNTERS, MemberFigures
from services.stores.domain.penetration import Basket
from services.stores.domain.periods import Period
from services.stores.domain.truth import Correction
from services.stores.figure_parts import member_rows, sku_rows
from services.stores.ledger import Doc, Ledger, text_of
from services.stores.queries.view import View

Counters = Mapping[str, int]


def days_filter(period: Period, view: View) -> Doc:
    """Documents of the view's stores in the period; fits the index (business_day, store_id)."""
    return {"business_day": {"$gte": period[0], "$lte": period[1]}, **view.filter}


def of_days(days: Collection[str], view: View) -> Doc:
    """Documents of the view's stores on these days; fits the index (business_day, store_id)."""
    return {"business_day": {"$in": sorted(days)}, **view.filter}


TOTALS: Doc = {"totals": 1}
HOURS: Doc = {"hours": 1}


def totals_of(found: Doc) -> tuple[int, ...]:
    """COUNTERS of a document that was read with the fields TOTALS."""
    totals = found.get("totals", {})
    return tuple([totals.get(name, 0) for name in COUNTERS])


def hours_of(found: Doc) -> tuple[tuple[int, ...], ...]:
    """(hour of the week from Monday 0:00, *COUNTERS) of a document that was read with the fields HOURS."""
    hours = found.get("hours", {}).items()
    return tuple([(int(hour), *[added.get(name, 0) for name in COUNTERS]) for hour, added in hours])


def day_of(ledger: Ledger, store_id: str, day: str) -> Doc:
    """One day's document: `totals` and `tenders` with the tills' own names; both empty when nothing was sold."""
    found = ledger.days.find_one({"_id": f"{store_id}/{day}"}, {"totals": 1, "tenders": 1}) or {}
    tenders = {text_of(kind): amount for kind, amount in found.get("tenders", {}).items()}
    return {"totals": Counter(found.get("totals", {})), "tenders": tenders}


def corrections_filter(period: Period, view: View) -> Doc:
    """Days with corrections; fits the partial index "corrected"."""
    return {**days_filter(period, view), "corrections": {"$exists": True}}


def corrections(ledger: Ledger, period: Period, view: View) -> list[Correction]:
    """What arrived after the days of the period were final; `final_time` is left to the caller."""
    fields = {"_id": 0, "store_id": 1, "business_day": 1, "corrections": 1}
    return [
        Correction(
            found["store_id"],
            found["business_day"],
            arrival_day,
            None,
            added.get("revenue_minor", 0),
            added.get("receipts", 0),
            added.get("units_milli", 0),
        )
        for found in ledger.days.find(corrections_filter(period, view), fields).hint("corrected")
        for arrival_day, added in found["corrections"].items()
    ]


def baskets(ledger: Ledger, period: Period, view: View) -> Iterator[tuple[str, str, list[Basket]]]:
    """(day, store, baskets) of each batch of the period, day by day: what was bought together, and by whom."""
    fields = {"_id": 0, "store_id": 1, "business_day": 1, "baskets": 1}
    for found in ledger.batches.find(days_filter(period, view), fields).sort("business_day", 1):
        yield found["business_day"], found["store_id"], list(baskets_from(found["baskets"]))


def receipts_with(ledger: Ledger, period: Period, view: View, skus: Collection[str]) -> dict[str, int]:
    """By store: the weight of the receipts that hold at least one of the SKUs."""
    fields = {"_id": 0, "store_id": 1, "baskets": 1}
    weights: Counter[str] = Counter()
    wanted = frozenset(skus)
    for found in ledger.batches.find(days_filter(period, view), fields):
        # Most batches hold none, and looking for a text is far quicker than reading the baskets.
        if any(sku in found["baskets"] for sku in wanted):
            for bought, weight, _ in baskets_from(found["baskets"]):
                weights[found["store_id"]] += weight * (not wanted.isdisjoint(bought))
    return dict(weights)


def totals_by_sku(ledger: Ledger, period: Period, view: View) -> list[Doc]:
    """Sums of COUNTERS by SKU (in `_id`), in the order of the SKUs."""
    sums: dict[str, list[int]] = {}
    fields = {"_id": 0, "skus": 1, "counters": 1}
    with _snapshot(ledger) as session:
        for part in ledger.parts.find(days_filter(period, view), fields, session=session):
            for sku, counters in sku_rows(part):
                known = sums.setdefault(sku, [0] * len(COUNTERS))
                for index, value in enumerate(counters):
                    known[index] += value
    return [
        {"_id": sku, **dict(zip(COUNTERS, found, strict=True))} for sku, found in sorted(sums.items()) if any(found)
    ]


def member_filter(member_id: str, view: View) -> Doc:
    """The parts with the member in the view's stores; fits the index on members."""
    return {"members": member_id, **view.filter}


def member_figures_by_store(ledger: Ledger, member_id: str, view: View) -> dict[str, MemberFigures]:
    """The member's figures in each store of the view where it bought."""
    sums: dict[str, MemberFigures] = defaultdict(MemberFigures)
    fields = {"_id": 0, "store_id": 1, "visits": {"$elemMatch": {"m": member_id}}}
    with _snapshot(ledger) as session:
        for part in ledger.parts.find(member_filter(member_id, view), fields, session=session):
            for _, found in member_rows(part):
                sums[part["store_id"]].add_all(found)
    return dict(sums)


@contextmanager
def _snapshot(ledger: Ledger) -> Iterator[ClientSession]:
    """All parts as they were at one moment: they are merged at any time.

    A transaction, since a snapshot alone is lost when the database forgets the past meanwhile.
    """
    with ledger.database.client.start_session() as session, session.start_transaction(ReadConcern("snapshot")):
        yield session
