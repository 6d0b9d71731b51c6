"""A chain of stores that sells while things break: the simulator's tills in a thread of their own, and its checker."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from chassis.queues import messages_ready
from contracts.topology import TOPOLOGY
from demo.api import Refused
from devstack.supervisor import Platform
from possim import chain
from possim.check import Verdict, compare, terminals, wait_until_counted
from possim.drive import Doors, head_office
from possim.goods import Goods, Shopping, midnight
from possim.ledger import Ledger
from possim.tills import Habits, Seen, Till, running
from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.resilience.scale import Scale
from tests.resilience.simple_till import SimpleTill

PARTS = ("gateway-http", "gateway-pos", "stores-rpc", "stores-ingest")
HABITS = Habits(repeats=0.1, bad=0.01, offline=0.2, disorder=0.5, skewed=0.1)
_SKUS = 500
_DAYS = 300
_LATER = (503, 504)
_SPELL_S = 6.0  # after it a till that went offline is online again
T = TypeVar("T")


class SellingChain:
    """`ledger` is what must be counted of everything that was ever sold here.

    Receipts that are sold, wait or are refused are told of the tills with a stream only.
    """

    def __init__(self, platform: Platform, scale: Scale) -> None:
        self.platform, self.scale = platform, scale
        self.ledger, self.seen = Ledger(), Seen()
        # Each store has one till more, which sells over HTTP.
        self.names = chain.names(scale.stores, scale.terminals, "FAULT")
        self._simple_names = [(store, "simple") for store in dict.fromkeys(store for store, _ in self.names)]
        self.tills: list[Till] = []
        self._simple: list[SimpleTill] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tills", daemon=True)
        self._endings = AsyncExitStack()

    def open(self) -> None:
        """Stores, goods and enrolled tills; return when all of them are connected."""
        doors = Doors(self.platform.http_url, self.platform.pos_address, self.platform.admin_password)
        self.director, marketing = head_office(doors)
        chain.put_stores(self.director, self.names)
        chain.put_goods(marketing, _SKUS)
        self._thread.start()
        self.ask(self._connect())

    def close(self) -> None:
        """Disconnect the tills."""
        if self._thread.is_alive():
            self.ask(self._endings.aclose())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def ask(self, work: Coroutine[Any, Any, T], timeout: float = 120.0) -> T:
        """What `work` returns, run where the tills live."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    @contextmanager
    def selling(self, rate: float | None = None) -> Iterator[None]:
        """All tills sell while the block runs, whether or not the platform is there."""
        each = (self.scale.rate if rate is None else rate) / len(self.tills)
        stop = asyncio.Event()
        done = asyncio.run_coroutine_threadsafe(self._sell(each, stop), self._loop)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(stop.set)
            done.result(60)

    def sold(self) -> int:
        """Receipts that the tills gave to their local stores, repeated ones too."""
        return self.seen.sold + self.seen.repeated

    def waiting(self) -> int:
        """Receipts that are not acknowledged."""

        async def add() -> int:
            return sum(till.client.store.waiting_count() for till in self.tills)

        return self.ask(add())

    def counted(self) -> int:
        """Receipts that the platform has counted, once it can tell."""
        answered = self._patiently(lambda: terminals(self.director))
        return sum(int(each.get("accepted", 0)) for each in answered)

    def refusals(self) -> Counter[str]:
        """Refused batches by reason."""
        return sum((till.client.refusals for till in self.tills), Counter[str]())

    def connected(self) -> int:
        """How many tills have a stream."""
        return sum(till.client.is_connected for till in self.tills)

    def settled(self) -> Verdict:
        """What the checker says once every till has handed over all it has, and nothing moves any more."""
        self.ask(self._hand_over(), self.scale.patience_s)
        patience_s = self.scale.patience_s
        self._patiently(lambda: wait_until_counted(self.director, self.ledger, lambda _count: None, patience_s))
        self._wait_for_empty_queues(patience_s)
        verdict = Verdict()
        for _ in range(10):  # rejected and repeated ones may come last; what is double stays double
            verdict = self._patiently(lambda: compare(self.director, self.ledger))
            if verdict.is_equal:
                break
            time.sleep(1)
        return verdict

    def _wait_for_empty_queues(self, timeout: float) -> None:
        queues = [queue for _, queue in TOPOLOGY.partition_queues()]
        give_up_at = time.monotonic() + timeout
        while left := messages_ready(self.platform.servers.amqp_url(), queues):
            assert time.monotonic() < give_up_at, f"{left} batches wait for ingestion"
            time.sleep(0.2)

    def _patiently(self, ask: Callable[[], T]) -> T:
        """The answer of a platform that may just be coming back: what it cannot serve now is asked again."""
        give_up_at = time.monotonic() + self.scale.patience_s
        while True:
            try:
                return ask()
            except Refused as refused:
                if refused.http_status not in _LATER or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.5)

    async def _connect(self) -> None:
        names = [*self.names, *self._simple_names]
        identities = self.identities = await chain.enrol(self.director, names, lambda _count: None)
        for place, name in enumerate(self.names):
            seed = self.scale.seed * 1_000_003 + place
            receipts = believable(seed)
            address = self.platform.pos_address
            self.tills.append(Till(identities[name], address, receipts, HABITS, self.ledger, self.seen, seed))
        for place, name in enumerate(self._simple_names):
            url, receipts = self.platform.pos_http_url, believable(self.scale.seed * 3_000_017 + place)
            self._simple.append(SimpleTill(identities[name], url, receipts, self.ledger))
        await self._endings.enter_async_context(running(self.tills))

    async def _sell(self, rate: float, stop: asyncio.Event) -> None:
        async def sell(till: Till) -> None:
            while not stop.is_set():
                spell = asyncio.create_task(till.keep_selling(rate, _SPELL_S))
                stopped = asyncio.create_task(stop.wait())
                await asyncio.wait({spell, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if spell.done():
                    spell.result()
                for task in (spell, stopped):
                    task.cancel()
                await asyncio.wait({spell, stopped})
                till.client.go_online()

        await asyncio.gather(*map(sell, self.tills), *(till.keep_selling(stop) for till in self._simple))

    async def _hand_over(self) -> None:
        await asyncio.gather(*(till.client.drained() for till in self.tills))
        await asyncio.gather(*(till.drained() for till in self._simple))
        set_aside = [refused for till in self.tills for refused in till.client.store.refused()]
        assert set_aside == [], "the edge will never take these"


def believable(seed: int) -> Iterator[pos.Receipt]:
    """Receipts without number, ascending in time, three minutes apart, as many as are wanted."""
    goods = Goods(Shopping(skus=_SKUS), seed)
    begin = midnight(_DAYS, datetime.now(UTC))
    for number in count():
        yield goods.receipt(begin + timedelta(minutes=3 * number % (_DAYS * 24 * 60)))
