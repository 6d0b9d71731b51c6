"""Three loads on open streams: a burst, as much as is counted, and a steady rate with latencies."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.load import Samples
from bench.pos_tills import BATCH, LeanTill
from saleloop.pos.v1 import pos_service_pb2 as pos

_BACKLOG = 40_000  # receipts on the way while as much as possible is counted
_WARM_S = 5.0
_PATIENCE_S = 180.0


@dataclass
class Load:
    """Streams that listen, and what they heard. Times are those of time.perf_counter."""

    tills: Sequence[LeanTill]
    sent: int = 0
    acked: int = 0
    told: int = 0
    accepted: int = 0
    refused: list[str] = field(default_factory=list)
    _planned: dict[tuple[int, int], float] = field(default_factory=dict)
    _acks: Samples = field(default_factory=Samples)
    _seen: Samples = field(default_factory=Samples)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _underway: list[int] = field(default_factory=list)

    def listen(self) -> list["asyncio.Task[None]"]:
        """Start hearing. A refused batch counts in `refused`."""
        self._underway = [0] * len(self.tills)
        return [
            asyncio.create_task(
                till.listen(partial(self._on_ack, place), partial(self._on_told, place), self.refused.append)
            )
            for place, till in enumerate(self.tills)
        ]

    async def burst(self, receipts: int) -> float:
        """Acknowledged receipts a second when so many come at once; they are made and signed before."""
        rounds = max(1, receipts // BATCH // len(self.tills))
        ready = [[till.batch() for _ in range(rounds)] for till in self.tills]
        goal, begin = self.acked + rounds * len(self.tills) * BATCH, time.perf_counter()

        async def pour(till: LeanTill, batches: list[pos.StreamReceiptsRequest]) -> None:
            for batch in batches:
                await till.send(batch)

        self._underway = [count + rounds for count in self._underway]
        await asyncio.gather(*(pour(till, batches) for till, batches in zip(self.tills, ready, strict=True)))
        self.sent += rounds * len(self.tills) * BATCH
        await self._until(lambda: self.acked >= goal)
        return rounds * len(self.tills) * BATCH / (time.perf_counter() - begin)

    async def counted(self) -> None:
        """Return once every receipt has its outcome, or nothing has come for three minutes."""
        await self._until(lambda: self.told >= self.sent)

    async def sustained(self, seconds: float) -> float:
        """Counted receipts a second, repeated ones not included, while the queues are never empty."""
        place, end = 0, time.perf_counter() + _WARM_S + seconds
        begin, before = 0.0, 0
        while (now := time.perf_counter()) < end:
            if not begin and now > end - seconds:
                begin, before = now, self.accepted
            free = self._free_till(place) if self.sent - self.told < _BACKLOG else -1
            if free < 0:
                await self._wait_for_news()
                continue
            place = free
            await self._send(place, now)
            await asyncio.sleep(0)  # writing alone lets nobody else run
        return (self.accepted - before) / (time.perf_counter() - begin)

    def _free_till(self, after: int) -> int:
        """The next till that has credits left, or -1."""
        count = len(self.tills)
        places = ((after + step) % count for step in range(1, count + 1))
        return next((place for place in places if self._underway[place] < self.tills[place].credits), -1)

    async def steady(self, rate: float, seconds: float) -> tuple[Samples, Samples]:
        """Latencies until acknowledged and until counted, from each batch's planned moment."""
        await self.counted()
        self._acks, self._seen = Samples(), Samples()
        begin = time.perf_counter() + 0.2
        for turn in range(int(rate * seconds / BATCH)):
            planned = begin + turn * BATCH / rate
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            await self._send(turn * 7 % len(self.tills), planned)
        await self.counted()
        return self._acks, self._seen

    async def _send(self, place: int, planned: float) -> None:
        request = self.tills[place].batch()
        self._planned[place, request.batch_sequence] = planned
        self._underway[place] += 1
        self.sent += BATCH
        await self.tills[place].send(request)

    def _on_ack(self, place: int, sequence: int) -> None:
        self.acked += BATCH
        self._underway[place] -= 1
        planned = self._planned.get((place, sequence))
        if planned is not None:
            self._acks.latencies.append(time.perf_counter() - planned)
        self._news.set()

    def _on_told(self, place: int, outcomes: pos.BatchOutcomes) -> None:
        accepted = sum([span.last - span.first + 1 for span in outcomes.accepted])
        accepted += sum([each.outcome == pos.OUTCOME_ACCEPTED for each in outcomes.outcomes])
        self.accepted += accepted
        self.told += BATCH
        planned = self._planned.pop((place, outcomes.batch_sequence), None)
        if planned is not None:
            self._seen.latencies.append(time.perf_counter() - planned)
        self._news.set()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        give_up_at = time.perf_counter() + _PATIENCE_S
        before = -1
        while not is_so() and time.perf_counter() < give_up_at:
            if self.told + self.acked != before:
                before, give_up_at = self.told + self.acked, time.perf_counter() + _PATIENCE_S
            await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), 1)
        except TimeoutError:
            return
