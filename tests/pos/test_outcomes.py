"""What became of receipts comes back to the till."""

import asyncio
from typing import Any

import httpx

from posclient.enrolment import token
from posclient.simple import send_batch
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from tests.pos.shop import Running, Shop, sale


def test_outcomes_arrive_on_the_stream_within_two_seconds(shop: Shop) -> None:
    shop.open_stores("told")
    told: asyncio.Queue[pos.BatchOutcomes] = asyncio.Queue()
    till = shop.till("told", on_outcomes=told.put_nowait)

    async def sell() -> pos.BatchOutcomes:
        async with Running(till):
            await till.connected()
            till.sell([sale(5), sale(5, currency_code="EUR")])
            await till.drained()
            return await asyncio.wait_for(told.get(), 2)

    batch = asyncio.run(asyncio.wait_for(sell(), 30))
    assert [(each.number, each.outcome) for each in batch.outcomes] == [
        (1, pos.OUTCOME_ACCEPTED),
        (2, pos.OUTCOME_REJECTED),
    ]
    assert batch.outcomes[1].reason == "CURRENCY_WRONG"


def test_outcomes_can_be_asked_for_over_http(shop: Shop) -> None:
    shop.open_stores("asked")
    me = shop.enrol("asked")

    async def ask() -> Any:
        async with httpx.AsyncClient(base_url=shop.platform.pos_http_url) as http:
            await send_batch(http, me, 1, [sale(5, number=1), sale(5, number=2, currency_code="EUR")])
            await asyncio.to_thread(shop.wait_for, lambda: shop.terminal("asked").rejected == 1)
            headers = {"authorization": f"Bearer {token(me)}"}
            for wrong in ("", "?first=0&last=1", "?first=2&last=1", "?first=1&last=2000", "?a" * 30):
                assert (await http.get(f"/v1/pos/receipts:outcomes{wrong}", headers=headers)).status_code == 400
            return (await http.get("/v1/pos/receipts:outcomes?first=1&last=3", headers=headers)).json()

    first, second = asyncio.run(ask())["outcomes"]
    assert (first["number"], first["outcome"]) == ("1", "OUTCOME_ACCEPTED")
    assert (second["number"], second["outcome"], second["reason"]) == ("2", "OUTCOME_REJECTED", "CURRENCY_WRONG")


def test_a_till_sends_again_what_the_platform_misses(shop: Shop) -> None:
    shop.open_stores("gaps")
    till = shop.till("gaps")

    # The first two leave the till's queue and never reach the platform, as when an acknowledgement was a lie.
    till.sell([sale(1), sale(2)])
    assert till.store.next_batch() is not None
    assert till.store.skip_counted(2) == 2
    till.sell([sale(3)])

    async def sell() -> None:
        async with Running(till):
            await till.drained()
            await asyncio.to_thread(shop.wait_for, lambda: bool(shop.terminal("gaps").missing))
            request = stores.RequestResendRequest(store_id="gaps", terminal_id="t1", first=1, last=2)
            await asyncio.to_thread(shop.call, "RequestResend", request)
            await asyncio.to_thread(shop.wait_for, lambda: shop.terminal("gaps").accepted == 3)

    asyncio.run(asyncio.wait_for(sell(), 60))
    assert list(shop.terminal("gaps").missing) == []
