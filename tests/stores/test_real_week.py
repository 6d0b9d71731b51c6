"""A real week of 457 stores: what ingestion counts equals what is counted directly from the raw data, to the cent."""

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from demo import stores_check, stores_data
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.stores.v1 import stores_service_pb2 as stores
from services.stores.commands.ingest_batch import ingest_batch
from services.stores.commands.known_names import KnownNames
from services.stores.commands.put_stores import StoreValues, put_stores
from services.stores.ledger import Ledger
from services.stores.rpc import StoresServicer
from services.stores.translate import batch_from

CAMPAIGN = 26


@pytest.fixture
def week(ledger: Ledger) -> dict[str, str]:
    """The period of the first week, counted."""
    put_stores([StoreValues(**values) for values in stores_data.stores()])
    names = KnownNames(ledger)
    for store, receipts in stores_data.receipts(1):
        batch = ingest.AuthenticatedBatch(store_id=store, terminal_id="t", epoch=1, receipts=receipts)
        batch.receive_time.GetCurrentTime()
        ingest_batch(batch_from(batch.SerializeToString()), ledger, names)
    first_day, last_day = stores_check.period(1)
    return {"first_day": first_day, "last_day": last_day}


def answer(rpc: str, request: Any) -> dict[str, Any]:
    found: dict[str, Any] = MessageToDict(
        getattr(StoresServicer(), rpc)(request, None), preserving_proto_field_name=True
    )
    return found


def test_ranking_hours_penetration_days_and_regions_equal_the_raw_data(week: Any) -> None:
    ranked = answer("GetRanking", stores.GetRankingRequest(page_size=1000, **week))
    expected = stores_check.totals(1)
    assert (int(ranked["total_receipts"]), int(ranked["total_revenue_minor"])) == (2833, expected["revenue_minor"])
    assert stores_check.ranking_differences(1, ranked["stores"]) == []
    hourly = answer("GetHourlyFigures", stores.GetHourlyFiguresRequest(**week))
    assert stores_check.hourly_differences(1, hourly["figures"]) == []
    skus = stores_data.campaign_skus(CAMPAIGN)
    shares = answer("GetProductPenetration", stores.GetProductPenetrationRequest(skus=skus, **week))
    assert stores_check.penetration_differences(1, CAMPAIGN, shares["stores"]) == []
    for number in range(1, 8):
        day = f"2017-01-{number:02d}"
        one_day = answer("GetRanking", stores.GetRankingRequest(first_day=day, last_day=day))
        assert int(one_day.get("total_revenue_minor", 0)) == stores_check.day_revenue(1, day)
    by_region = [
        answer("GetRanking", stores.GetRankingRequest(region=region.name, page_size=1000, **week))
        for region in stores_data.REGIONS
    ]
    assert sum(int(part["total_revenue_minor"]) for part in by_region) == int(ranked["total_revenue_minor"])
    assert sum(len(part["stores"]) for part in by_region) == 457
    ranked["stores"][3]["revenue_minor"] = str(int(ranked["stores"][3]["revenue_minor"]) + 1)
    assert len(stores_check.ranking_differences(1, ranked["stores"])) == 1  # the comparison itself notices a cent


def test_the_data_is_as_real_data_is() -> None:
    receipts = [receipt for _, sold in stores_data.receipts(1) for receipt in sold]
    lines = [line for receipt in receipts for line in receipt.lines]
    assert any(line.quantity_milli > 10_000_000 for line in lines)
    assert any(line.quantity_milli == 0 for line in lines)
    assert all(receipt.total_minor == sum(line.amount_minor for line in receipt.lines) for receipt in receipts)
    sources = {discount.source for line in lines for discount in line.discounts}
    assert len(sources) == 2
    assert all(discount.amount_minor > 0 for line in lines for discount in line.discounts)
