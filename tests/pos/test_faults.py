"""Nothing is lost and nothing counts twice, whatever is killed meanwhile."""

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from devstack.child import Child
from devstack.supervisor import Platform
from devstack.wiring import ROOT
from posclient import Terminal
from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.pos.shop import PARTS, Running, Shop, sale

MakePlatform = Callable[..., Platform]


def second_ingest(platform: Platform) -> Child:
    """Another ingest process beside the platform's own."""
    entry = next(entry for entry in platform.entries if entry.name == "stores-ingest")
    env = platform.wiring.process_environment(entry) | {"SALELOOP_TELEMETRY_PORT": "0"}
    first = platform.processes["stores-ingest"]
    return Child("stores-ingest-2", first.command, env=env, log=first.log.with_name("stores-ingest-2.log"), cwd=ROOT)


def child_of(server: Any) -> Child:
    """The process of an embedded server."""
    if server is None:
        pytest.fail("this test needs servers of its own, not SALELOOP_MONGO_URL or SALELOOP_AMQP_URL")
    child: Child = server.child
    return child


@contextmanager
def killing(platform: Platform, *others: Child, names: tuple[str, ...]) -> Iterator[list[str]]:
    """Kill one of them at a random moment, start it again and let it come up, while the block runs.

    Gives the names of those that were killed so far.
    """
    killed: list[str] = []
    done = threading.Event()
    chance = random.Random(20170101)
    victims = [*(platform.processes[name] for name in names), *others]

    def kill() -> None:
        while not done.wait(chance.uniform(0.2, 1.5)):
            victim = chance.choice(victims)
            victim.kill(signal.SIGKILL)
            killed.append(victim.name)
            victim.start()
            give_up_at = time.monotonic() + 60
            while not all(map(platform.is_ready, names)) and time.monotonic() < give_up_at:
                time.sleep(0.1)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()
        # Children end with the thread that started them: this one starts them for good.
        for victim in victims:
            victim.kill(signal.SIGKILL)
            victim.start()
        platform.wait_ready(names)


async def sell_everything(tills: dict[str, Terminal], receipts: dict[str, list[pos.Receipt]]) -> None:
    """Sell in pieces, repeat every third till's receipts in another order."""
    shuffle = random.Random(7)
    async with Running(*tills.values()):
        for start in range(0, 400, 40):
            for store, till in tills.items():
                till.sell(receipts[store][start : start + 40])
            await asyncio.sleep(0.3)
        await asyncio.gather(*(till.drained() for till in tills.values()))
        for store in list(tills)[::3]:
            again = [pos.Receipt.FromString(receipt.SerializeToString()) for receipt in receipts[store]]
            for number, receipt in enumerate(again, start=1):
                receipt.number = number
            shuffle.shuffle(again)
            tills[store].send_again(again)
        await asyncio.gather(*(till.drained() for till in tills.values()))


def check(shop: Shop, receipts: dict[str, list[pos.Receipt]]) -> None:
    """Every receipt counts once: by store, by terminal and in the sum."""
    count = sum(map(len, receipts.values()))
    answer = shop.wait_for_receipts(count, timeout=90)
    assert answer.total_receipts == count
    counted = {store.store_id: (store.receipts, store.revenue_minor) for store in answer.stores}
    assert counted == {store: (len(sold), sum(r.total_minor for r in sold)) for store, sold in receipts.items()}
    for store, sold in receipts.items():
        terminal = shop.terminal(store)
        assert [(seen.first, seen.last) for seen in terminal.seen] == [(1, len(sold))]
        assert (terminal.accepted, terminal.conflicts, terminal.rejected) == (len(sold), 0, 0)


def open_shop(platform: Platform, count: int) -> tuple[Shop, dict[str, Terminal], dict[str, list[pos.Receipt]]]:
    shop, amounts = Shop(platform), random.Random(1)
    names = [f"shop-{number}" for number in range(count)]
    shop.open_stores(*names)
    tills = {name: shop.till(name, batch_size=20) for name in names}
    receipts = {name: [sale(amounts.randint(1, 9_999)) for _ in range(400)] for name in names}
    return shop, tills, receipts


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_killed_ingest_and_edge_lose_nothing_and_double_nothing(make_platform: MakePlatform) -> None:
    platform = make_platform(only=PARTS)
    shop, tills, receipts = open_shop(platform, 6)
    other = second_ingest(platform)
    with killing(platform, other, names=("stores-ingest", "gateway-pos")) as killed:
        asyncio.run(asyncio.wait_for(sell_everything(tills, receipts), 240))
    assert len(killed) >= 2
    try:
        check(shop, receipts)
    finally:
        other.stop(10)


@pytest.mark.slow
def test_a_broker_that_stops_is_waited_for_by_the_tills(make_platform: MakePlatform) -> None:
    platform = make_platform(only=PARTS)
    shop, tills, receipts = open_shop(platform, 3)
    broker = child_of(platform.servers.rabbit)
    waiting: dict[str, Any] = {}

    async def sell() -> None:
        async with Running(*tills.values()):
            await asyncio.gather(*(till.connected() for till in tills.values()))
            # A broker of one node that is killed within moments of declaring a quorum queue forgets the queue's id.
            await asyncio.sleep(5)
            await asyncio.to_thread(broker.kill, signal.SIGKILL)
            for store, till in tills.items():
                till.sell(receipts[store])
            await asyncio.sleep(6)
            waiting["meanwhile"] = sum(till.store.waiting_count() for till in tills.values())
            waiting["connected"] = all(till.is_connected for till in tills.values())

    asyncio.run(asyncio.wait_for(sell(), 60))
    assert waiting == {"meanwhile": 1200, "connected": True}
    broker.start()
    platform.servers.wait_ready()

    async def drain() -> None:
        async with Running(*tills.values()):
            await asyncio.gather(*(till.drained() for till in tills.values()))

    asyncio.run(asyncio.wait_for(drain(), 60))
    check(shop, receipts)


@pytest.mark.slow
def test_a_database_that_stops_does_not_stop_the_tills(make_platform: MakePlatform) -> None:
    platform = make_platform(only=PARTS)
    shop, tills, receipts = open_shop(platform, 3)
    mongo = child_of(platform.servers.mongo)

    async def sell() -> None:
        async with Running(*tills.values()):
            await asyncio.gather(*(till.connected() for till in tills.values()))
            await asyncio.to_thread(mongo.kill, signal.SIGKILL)
            for store, till in tills.items():
                till.sell(receipts[store])
            await asyncio.gather(*(till.drained() for till in tills.values()))

    asyncio.run(asyncio.wait_for(sell(), 60))
    time.sleep(3)
    mongo.start()
    platform.servers.wait_ready()
    check(shop, receipts)
