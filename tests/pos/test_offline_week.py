"""Tills come back after seven days with 10,000 receipts each, in any order, and others hardly notice."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from posclient import Terminal
from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.pos.shop import Running, Shop, sale

TILLS, RECEIPTS, DAYS = 3, 10_000, 7
_BATCH = 500
_EVERY_S = 0.2
_PATIENCE_S = 20.0  # for one receipt of somebody else; without any backlog it takes a tenth of a second


@pytest.mark.slow
def test_a_week_offline_is_counted_once_and_others_are_served_meanwhile(shop: Shop) -> None:
    names = [f"week-{number}" for number in range(TILLS)]
    shop.open_stores(*names, "open-shop")
    others: asyncio.Queue[float] = asyncio.Queue()
    counted: list[int] = []
    backlogs = [
        shop.till(name, batch_size=_BATCH, on_outcomes=lambda told: counted.append(len(told.outcomes)))
        for name in names
    ]
    neighbour = shop.till("open-shop", on_outcomes=lambda _told: others.put_nowait(time.monotonic()))
    for seed, till in enumerate(backlogs):
        till.send_again(_a_week(seed))

    async def come_back() -> list[float]:
        async with Running(neighbour, *backlogs):
            await neighbour.connected()
            waited = []
            while sum(counted) < TILLS * RECEIPTS:
                waited.append(await _sell_one(neighbour, others))
                await asyncio.sleep(_EVERY_S)
            return waited

    waited = asyncio.run(asyncio.wait_for(come_back(), 120))
    print(f"others' receipts were counted after {max(waited):.2f} s at most, {len(waited)} of them")  # noqa: T201 - shown with -s
    for name in names:
        terminal = shop.terminal(name)
        assert terminal.accepted == RECEIPTS
        assert (terminal.duplicates, terminal.conflicts, terminal.rejected) == (0, 0, 0)
        assert list(terminal.missing) == []
    revenue = {row.store_id: row.revenue_minor for row in shop.ranking().stores if row.store_id in names}
    assert revenue == {name: sum(_amount(number) for number in range(1, RECEIPTS + 1)) for name in names}


def _a_week(seed: int) -> list[pos.Receipt]:
    """Receipts 1 to 10,000 over the past week, in no order at all."""
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / (RECEIPTS + 1)
    receipts = []
    for number in range(1, RECEIPTS + 1):
        receipt = sale(_amount(number), number=number)
        receipt.till_time.FromDatetime(begin + number * step)
        receipts.append(receipt)
    random.Random(seed).shuffle(receipts)
    return receipts


def _amount(number: int) -> int:
    return 100 + number % 900


async def _sell_one(till: Terminal, told: "asyncio.Queue[float]") -> float:
    """Seconds until the sale stands in the figures."""
    began = time.monotonic()
    till.sell([sale(7)])
    return await asyncio.wait_for(told.get(), _PATIENCE_S) - began
