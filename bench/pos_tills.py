"""Tills for measuring: as little work for each batch as the protocol allows, since the load shares the machine."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
import grpc.aio

from posclient import Identity
from posclient.enrolment import token
from posclient.signing import Signer, varint
from posclient.store import Batch
from possim.goods import Goods, Shopping, midnight, moments
from possim.ledger import Ledger
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.pos.v1.pos_service_pb2_grpc import PosServiceStub

BATCH = 100
REPEATS = 5  # of a batch's receipts
_POOL = 20_000
_DAYS = 2
_CHANNELS = 16
_OPENED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Ware:
    """A receipt without its number, serialized once, and the numbers that it adds to the ledger."""

    receipt: pos.Receipt
    tail: bytes


def wares(skus: int, days_ago: int = _DAYS, days: int = _DAYS, count: int = _POOL) -> list[Ware]:
    """Receipts of some days (the last two), made before anything is measured, in any order."""
    goods = Goods(Shopping(skus=skus), seed=days_ago)
    first = midnight(days_ago, datetime.now(UTC))
    made = [goods.receipt(moment) for moment in moments(first, days, count, seed=days_ago)]
    random.Random(days_ago).shuffle(made)
    return [Ware(receipt, receipt.SerializeToString()) for receipt in made]


class LeanTill:
    """One stream of one till, which sells the wares in turn."""

    def __init__(self, identity: Identity, goods: Sequence[Ware], seed: int) -> None:
        self._identity, self._signer = identity, Signer(identity)
        self._goods, self._first = goods, seed * 7_919
        self._place = self._first
        self._number = self._sequence = 0
        self._last: list[bytes] = []
        self._challenge = b""
        self._call: Any = None
        self.credits = 1

    async def open(self, channel: grpc.aio.Channel) -> None:
        """Until the edge has welcomed the till."""
        stub: Any = PosServiceStub(channel)
        self._call = stub.StreamReceipts(metadata=(("authorization", f"Bearer {token(self._identity)}"),))
        welcome = (await self._call.read()).welcome
        self._challenge, self.credits = welcome.challenge, welcome.credits

    def batch(self) -> pos.StreamReceiptsRequest:
        """The next batch: 95 new receipts and five of the last batch again."""
        again, bodies = self._last[:REPEATS], []
        for _ in range(BATCH - len(again)):
            self._number += 1
            self._place += 1
            bodies.append(b"\x08" + varint(self._number) + self._goods[self._place % len(self._goods)].tail)
        self._last = bodies
        self._sequence += 1
        return self._signer.request(Batch(self._sequence, (*bodies, *again)), self._challenge)

    async def send(self, request: pos.StreamReceiptsRequest) -> None:
        """Put a batch on the stream."""
        await self._call.write(request)

    def tell(self, ledger: Ledger) -> None:
        """Enter everything sent; afterwards, since it takes longer than the sending."""
        name = (self._identity.store_id, self._identity.terminal_id)
        ledger.open(*name)
        places = range(self._first + 1, self._place + 1)
        ledger.good(*name, enumerate((self._goods[place % len(self._goods)].receipt for place in places), start=1))

    async def listen(
        self,
        acked: Callable[[int], None],
        told: Callable[[pos.BatchOutcomes], None],
        refused: Callable[[str], None],
    ) -> None:
        """Until the stream ends."""
        while (answer := await self._call.read()) is not grpc.aio.EOF:
            kind = answer.WhichOneof("message")
            if kind == "acknowledged":
                acked(answer.acknowledged.batch_sequence)
            elif kind == "outcomes":
                told(answer.outcomes)
            elif kind == "refused":
                refused(answer.refused.reason)


async def open_all(
    address: str, identities: Mapping[tuple[str, str], Identity], goods: Sequence[Ware]
) -> tuple[list[LeanTill], list[grpc.aio.Channel]]:
    """All tills, connected over a few shared connections."""
    options = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))
    channels = [grpc.aio.insecure_channel(address, options=options) for _ in range(_CHANNELS)]
    tills = [LeanTill(identity, goods, seed) for seed, identity in enumerate(identities.values())]
    turns = asyncio.Semaphore(_OPENED_AT_ONCE)

    async def open_one(place: int, till: LeanTill) -> None:
        async with turns:
            await till.open(channels[place % _CHANNELS])

    await asyncio.gather(*(open_one(place, till) for place, till in enumerate(tills)))
    return tills, channels
