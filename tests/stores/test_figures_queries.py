"""Every figure equals counting the same receipts one by one, and shows nothing of stores out of sight."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings

from chassis import access
from chassis.access import Scope
from saleloop.stores.v1 import figures_service_pb2 as pb
from services.stores.domain.errors import MemberNotFound, StoreNotFound
from services.stores.domain.figures import COUNTERS
from services.stores.domain.penetration import Penetration
from services.stores.domain.periods import days_of
from services.stores.domain.ranking import FIGURES
from services.stores.domain.receipts import Kind, Line, Receipt
from services.stores.figures_rpc import FiguresServicer
from services.stores.geography import by_cell
from services.stores.ledger import Ledger
from services.stores.queries.figures import sku_figures
from services.stores.queries.heatmaps import geography, store_days, week_hours
from services.stores.queries.members import member_figures
from services.stores.queries.penetrations import set_penetration
from services.stores.queries.rankings import RankingQuestion, figures_from, store_ranking
from services.stores.queries.statement import day_statement
from tests.stores.figures_chain import (
    FIRST_DAY,
    LAST_DAY,
    PERIOD,
    PREVIOUS,
    STORES,
    ByHand,
    Sold,
    acting,
    counters,
    open_chain,
    sell,
    sold,
)
from tests.stores.made_up import digested

WHOLE = (FIRST_DAY, LAST_DAY)
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SKUS = ["sku-0", "sku-2"]


@given(sold())
@few
def test_ranking_and_change_are_those_counted_by_hand(ledger: Ledger, receipts: list[Sold]) -> None:
    open_chain(ledger)
    sell(ledger, receipts)
    by_hand = ByHand(receipts)
    now, before = by_hand.totals(PERIOD), by_hand.totals(PREVIOUS)
    for figure in FIGURES:
        found = store_ranking(RankingQuestion(PERIOD, PREVIOUS, "", figure))
        assert {each.now.store_id for each in found.stores} == {store.id for store in STORES}
        for each in found.stores:
            store_id = each.now.store_id
            assert each.now.figure(figure) == figures_from(now.get(store_id, {})).figure(figure)
            assert each.previous.figure(figure) == figures_from(before.get(store_id, {})).figure(figure)
            assert each.now.has_sales == (store_id in now)
        assert found.total.revenue_minor == sum(each["revenue_minor"] for each in now.values())
    expected = by_hand.corrections(PERIOD)
    shown = {(c.store_id, c.business_day, c.arrival_day): c for c in found.truth.corrections}
    changed = {
        key for key, each in expected.items() if each["revenue_minor"] or each["receipts"] or each["units_milli"]
    }
    assert set(shown) == changed
    for key in changed:
        told = (shown[key].revenue_minor, shown[key].receipts, shown[key].units_milli)
        assert told == tuple(expected[key][name] for name in ("revenue_minor", "receipts", "units_milli"))
    assert found.truth.is_final


@given(sold())
@few
def test_heatmaps_are_those_counted_by_hand(ledger: Ledger, receipts: list[Sold]) -> None:
    open_chain(ledger)
    sell(ledger, receipts[: len(receipts) // 2])
    week_hours(WHOLE, region="", store_id="")  # remembers the days as they are now
    sell(ledger, receipts)
    hours, _ = week_hours(WHOLE, region="", store_id="")
    for hour in range(168):
        of_hour = [counters(each.receipt) for each in receipts if each.hour == hour]
        assert hours[hour] == tuple(sum(c[name] for c in of_hour) for name in COUNTERS)
    by_hand = ByHand(receipts)
    for figure in ("revenue", "average_receipt"):
        days, rows, has_more, _ = store_days(WHOLE, region="", figure=figure, start=0, size=10)
        assert (days, has_more) == (days_of(WHOLE), False)
        for row in rows:
            for day, value in zip(days, row.values, strict=True):
                assert value == figures_from(by_hand.totals((day, day)).get(row.store_id, {})).figure(figure)
    cells, _ = geography(WHOLE, region="", resolution=4)
    totals = by_hand.totals(WHOLE)
    places = by_cell([(store.latitude, store.longitude, store.id) for store in STORES], 4)
    assert [(cell, stores, figures.revenue_minor) for cell, stores, figures in cells] == [
        (cell, len(ids), sum(totals[store_id]["revenue_minor"] for store_id in ids)) for cell, ids in places.items()
    ]


@given(sold())
@few
def test_skus_are_those_counted_by_hand(ledger: Ledger, receipts: list[Sold]) -> None:
    open_chain(ledger)
    sell(ledger, receipts)
    skus, _ = sku_figures(WHOLE, store_id="", after="", limit=1_000)
    for found in skus:
        holding = [
            one for one in (each.receipt for each in receipts) if any(ln.sku == found["_id"] for ln in one.lines)
        ]
        lines = [line for one in holding for line in one.lines if line.sku == found["_id"]]
        assert found["units_milli"] == sum(line.quantity_milli for line in lines)
        assert found["revenue_minor"] == sum(line.amount_minor for line in lines)
        assert found["receipts"] == sum(counters(one)["receipts"] for one in holding)
        assert found["returns"] == sum(counters(one)["returns"] for one in holding)
    assert sum(found["discount_minor"] for found in skus) == sum(
        counters(each.receipt)["discount_minor"] for each in receipts
    )


@given(sold())
@few
def test_penetration_and_launch_are_those_counted_by_hand(ledger: Ledger, receipts: list[Sold]) -> None:
    open_chain(ledger)
    sell(ledger, receipts)

    def has_product(each: Sold) -> bool:
        return any(line.sku in SKUS for line in each.receipt.lines)

    launches = [s.day for s in receipts if has_product(s) and counters(s.receipt)["receipts"] > 0]
    for since_launch, launch in ((False, ""), (True, ""), (True, "2026-03-08")):
        found = set_penetration(WHOLE, SKUS, region="", since_launch=since_launch, launch_day=launch)
        first = (launch or min(launches, default="")) if since_launch else FIRST_DAY
        assert found.first_day == first
        counted = Penetration()
        for each in receipts if first else ():
            if each.day >= first:
                basket = ({line.sku for line in each.receipt.lines}, counters(each.receipt)["receipts"], "")
                counted.add([(basket[0], basket[1], each.receipt.member_id)], frozenset(SKUS))
        assert (found.total.receipts, found.total.with_product) == (counted.receipts, counted.with_product)
        assert (found.total.members, found.total.members_with_product) == (
            counted.members,
            counted.members_with_product,
        )
        assert sum(each.receipts for _, each in found.stores) == counted.receipts


@given(sold())
@few
def test_a_statement_is_that_counted_by_hand(ledger: Ledger, receipts: list[Sold]) -> None:
    open_chain(ledger)
    sell(ledger, receipts)
    for day in sorted({each.day for each in receipts if each.store_id == "e1"}):
        of_day = [each.receipt for each in receipts if (each.store_id, each.day) == ("e1", day)]
        tenders: Counter[str] = Counter()
        for one in of_day:
            for kind, amount in one.tenders:
                tenders[kind] += amount
        found = day_statement("e1", day)
        assert {kind: amount for kind, amount in found.tenders.items() if amount} == {
            k: v for k, v in tenders.items() if v
        }
        assert found.figures.revenue_minor == sum(one.total_minor for one in of_day)
        assert found.untendered_minor == found.figures.revenue_minor - sum(tenders.values())
        assert found.is_final
    numbers = {each.receipt.number for each in receipts if each.store_id == "e1"}
    missing = set(range(1, max(numbers, default=0) + 1)) - numbers
    told = {
        n
        for view in day_statement("e1", FIRST_DAY).gaps
        for first, last in view.missing
        for n in range(first, last + 1)
    }
    assert told == missing


def answers(member_id: str = "m1") -> list[Message]:
    """Every figure that the present caller can ask for, without what the clock alone changes."""
    servicer = FiguresServicer()
    days: Any = {"first_day": FIRST_DAY, "last_day": LAST_DAY}
    found: list[Any] = [
        *(servicer.GetStoreRanking(pb.GetStoreRankingRequest(figure=figure, **days), None) for figure in FIGURES),
        servicer.GetStoreDayHeatmap(pb.GetStoreDayHeatmapRequest(**days), None),
        servicer.GetWeekHeatmap(pb.GetWeekHeatmapRequest(**days), None),
        servicer.GetGeography(pb.GetGeographyRequest(**days), None),
        servicer.GetSkuSetPenetration(pb.GetSkuSetPenetrationRequest(skus=SKUS, since_launch=True, **days), None),
        next(servicer.WatchRanking(pb.WatchRankingRequest(**days), None)),
    ]
    for answer in found:
        answer.truth.ClearField("watermark_time")
    try:
        found.append(servicer.GetMemberFigures(pb.GetMemberFiguresRequest(member_id=member_id), None))
    except MemberNotFound:
        found.append(pb.GetMemberFiguresResponse())
    return found


@pytest.mark.parametrize(
    ("role", "scopes", "visible"),
    [
        ("regional_supervisor", {"region": "East"}, {"e1", "e2", "z9"}),
        ("store_manager", {"store_ids": frozenset({"w1"})}, {"w1"}),
    ],
)
@given(receipts=sold())
@few
def test_a_figure_never_changes_through_stores_out_of_sight(
    ledger: Ledger, role: str, scopes: dict[str, Any], visible: set[str], receipts: list[Sold]
) -> None:
    open_chain(ledger)
    seen = [each for each in receipts if each.store_id in visible]
    sell(ledger, seen)
    with acting("stores.GetStoreRanking", role, **scopes):
        assert access.scope() in (Scope.REGION, Scope.STORES)
        before = answers()
    sell(ledger, [each for each in receipts if each.store_id not in visible], terminal="t2")
    with acting("stores.GetStoreRanking", role, **scopes):
        assert answers() == before
        for store in STORES:
            if store.id not in visible:
                with pytest.raises(StoreNotFound):
                    day_statement(store.id, FIRST_DAY)
                with pytest.raises(StoreNotFound):
                    week_hours(WHOLE, region="", store_id=store.id)


def test_a_member_is_known_where_the_member_bought(ledger: Ledger) -> None:
    open_chain(ledger)
    at = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    one = Receipt(1, Kind.SALE, int(at.timestamp()), 0, "CNY", 500, (Line("sku-1", 1000, 500),), member_id="m1")
    sell(ledger, [Sold("e1", digested(one), 0), Sold("w1", digested(one), 0)])
    everywhere = member_figures("m1")
    assert (everywhere.receipts, everywhere.revenue_minor, everywhere.store_ids) == (2, 1000, ["e1", "w1"])
    assert (everywhere.first_time, everywhere.last_time) == (at, at)
    assert list(everywhere.favourite_categories) == [("c1", 1000)]
    assert member_figures("m3").receipts == 0
    with acting("stores.GetMemberFigures", "store_manager", store_ids=frozenset({"e1"})):
        assert (member_figures("m1").receipts, member_figures("m1").store_ids) == (1, ["e1"])
        assert list(member_figures("m1").usual_hours) == [(36, 1)]  # Tuesday 12:30 in Shanghai
    with acting("stores.GetMemberFigures", "store_manager", store_ids=frozenset({"e2"})), pytest.raises(MemberNotFound):
        member_figures("m1")
    with pytest.raises(MemberNotFound):
        member_figures("nobody")
