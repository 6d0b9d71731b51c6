"""Simulated tills around the reference client: they sell at a rate, and behave as real ones do."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from posclient import Identity, LocalStore, Terminal
from possim.ledger import Ledger
from saleloop.pos.v1 import pos_service_pb2 as pos

_TICK_S = 0.5
_SKEW_H = 47
_CONTRADICTIONS = 3


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares from 0 to 1: of receipts (repeats, bad) and of tills (the others)."""

    repeats: float = 0.05
    bad: float = 0.002
    offline: float = 0.1
    disorder: float = 0.1
    skewed: float = 0.02
    contradicting: float = 0.02


@dataclass(slots=True)
class Seen:
    """What happened so far, over all tills."""

    sold: int = 0
    repeated: int = 0
    offline: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def hear(self, told: pos.BatchOutcomes) -> None:
        """Outcomes of a batch."""
        self.outcomes.update(pos.Outcome.Name(each.outcome).removeprefix("OUTCOME_") for each in told.outcomes)


class Till:
    """One till with its receipts in the order of their times; `seed` decides how it behaves."""

    def __init__(
        self,
        identity: Identity,
        address: str,
        receipts: Iterator[pos.Receipt],
        habits: Habits,
        ledger: Ledger,
        seen: Seen,
        seed: int,
    ) -> None:
        self._random, self._habits, self._ledger, self._seen = random.Random(seed), habits, ledger, seen
        self._name = (identity.store_id, identity.terminal_id)
        self._receipts, self._number = receipts, 0
        self._recent: list[pos.Receipt] = []
        self._is_disorderly = self._random.random() < habits.disorder
        self._goes_offline = self._random.random() < habits.offline
        self._contradicts = self._random.random() < habits.contradicting
        self._skew = timedelta(hours=self._random.choice((-_SKEW_H, _SKEW_H)))
        self._is_skewed = self._random.random() < habits.skewed
        ledger.open(*self._name)
        local = LocalStore(":memory:", keep=0)
        local.keep_identity(identity)
        self.client = Terminal(local, address, on_outcomes=seen.hear)

    async def sell(self, rate: float, seconds: float) -> None:
        """As `keep_selling`, and then until the platform has everything."""
        await self.keep_selling(rate, seconds)
        self.client.go_online()
        await self.client.drained()

    async def keep_selling(self, rate: float, seconds: float) -> None:
        """`rate` receipts a second for `seconds`, whether or not they can be handed over, perhaps offline in the end.

        With a rate of 0 everything there is, as fast as it goes.
        """
        loop = asyncio.get_running_loop()
        begin, sold = loop.time() + self._random.uniform(0, _TICK_S), 0
        offline_from = self._random.uniform(0.1, 0.4) * seconds if self._goes_offline else seconds + 1
        is_offline = False
        while (elapsed := loop.time() - begin) < seconds or not rate:
            if not is_offline and elapsed > offline_from:
                self.client.go_offline()
                self._seen.offline += 1
                is_offline = True
            count = int(max(0.0, elapsed) * rate) - sold if rate else 500
            part = [receipt for _, receipt in zip(range(count), self._receipts, strict=False)]
            sold += len(part)
            self._sell(part)
            if count and len(part) < count:
                break
            await (asyncio.sleep(_TICK_S) if rate else self.client.drained())

    async def contradict(self) -> bool:
        """Some tills sell something else under numbers that are counted; true when this is one."""
        if not self._contradicts or not self._recent:
            return False
        others = []
        for receipt in self._recent[:_CONTRADICTIONS]:
            other = pos.Receipt.FromString(receipt.SerializeToString())
            other.lines[0].amount_minor += 1
            other.total_minor += 1
            others.append(other)
        self.client.send_again(others)
        self._ledger.contradicting(*self._name, len(others))
        await self.client.drained()
        return True

    def _sell(self, part: Sequence[pos.Receipt]) -> None:
        numbered = [self._numbered(receipt) for receipt in part]
        bad = [receipt for receipt in numbered if self._random.random() < self._habits.bad]
        good = [receipt for receipt in numbered if all(receipt is not each for each in bad)]
        self._ledger.good(*self._name, ((receipt.number, receipt) for receipt in good))
        for receipt in bad:
            receipt.total_minor += 1
        self._ledger.rejected(*self._name, len(bad))
        again = [receipt for receipt in self._recent if self._random.random() < self._habits.repeats]
        self._ledger.repeated(*self._name, len(again))
        sent = [*numbered, *again]
        if self._is_disorderly:
            self._random.shuffle(sent)
        if sent:
            self.client.send_again(sent)
        if good:
            self._recent = good
        self._seen.sold += len(numbered)
        self._seen.repeated += len(again)

    def _numbered(self, receipt: pos.Receipt) -> pos.Receipt:
        self._number += 1
        receipt.number = self._number
        if self._is_skewed:
            receipt.till_time.FromDatetime(receipt.till_time.ToDatetime() + self._skew)
        return receipt


@asynccontextmanager
async def running(tills: Sequence[Till]) -> AsyncIterator[None]:
    """All of them connected while the block runs. Raises TimeoutError when they are not welcomed within 60 s."""
    tasks = [asyncio.create_task(till.client.run()) for till in tills]
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(till.client.connected() for till in tills))
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
