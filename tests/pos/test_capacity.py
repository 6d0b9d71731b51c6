"""Many tills on one edge process, and a broker that is away while they all send."""

import asyncio
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import grpc.aio
import psutil
import pytest

from devstack.supervisor import Platform
from posclient import Identity
from posclient.enrolment import token
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.pos.v1.pos_service_pb2_grpc import PosServiceStub
from tests.pos.shop import PARTS, Shop, sale, signed

STREAMS = 2_000
LIMIT_MIB = 512
# Each till has a connection of its own, as in a shop.
_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))


def memory_mib(platform: Platform) -> float:
    return psutil.Process(platform.processes["gateway-pos"].pid).memory_info().rss / 2**20


async def opened(address: str, me: Identity) -> tuple[grpc.aio.Channel, Any, bytes]:
    """A stream over its own connection, once it is welcomed."""
    channel = grpc.aio.insecure_channel(address, options=_OPTIONS)
    stub: Any = PosServiceStub(channel)
    call = stub.StreamReceipts(metadata=(("authorization", f"Bearer {token(me)}"),))
    return channel, call, (await call.read()).welcome.challenge


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_two_thousand_streams_fit_into_half_a_gibibyte(make_platform: Callable[..., Platform]) -> None:
    platform = make_platform(only=PARTS)
    shop = Shop(platform)
    shop.open_stores("many")
    names = [f"t{number}" for number in range(STREAMS)]
    with ThreadPoolExecutor(8) as threads:
        tills = list(threads.map(lambda name: shop.enrol("many", name), names))

    async def run() -> float:
        turns = asyncio.Semaphore(50)

        async def open_one(me: Identity) -> Any:
            async with turns:
                return await opened(platform.pos_address, me)

        streams = await asyncio.gather(*map(open_one, tills))
        # Everybody sells once, so that every stream has had its buffers.
        for me, (_, call, challenge) in zip(tills, streams, strict=True):
            await call.write(pos.StreamReceiptsRequest.FromString(signed(me, challenge, 1, sale(1, number=1))))
        for _, call, _ in streams:
            answer = await asyncio.wait_for(call.read(), 60)
            assert answer.WhichOneof("message") in ("acknowledged", "outcomes")
        held = memory_mib(platform)
        for channel, _, _ in streams:
            await channel.close()
        return held

    held = asyncio.run(run())
    print(f"{STREAMS} streams: {held:.0f} MiB")  # noqa: T201 - a figure of the run
    assert held <= LIMIT_MIB


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_broker_that_is_away_fills_no_memory_and_tills_hear_busy(make_platform: Callable[..., Platform]) -> None:
    platform = make_platform(only=PARTS)
    shop = Shop(platform)
    shop.open_stores("away")
    tills = [shop.enrol("away", f"t{number}") for number in range(40)]
    big = sale(1, coupon_codes=["x" * 1_000_000])
    assert platform.servers.rabbit is not None
    broker = platform.servers.rabbit.child

    async def run() -> tuple[list[float], set[str]]:
        streams = [await opened(platform.pos_address, me) for me in tills]
        await asyncio.to_thread(broker.kill, signal.SIGKILL)
        waits, reasons = [], set()

        async def send(me: Identity, call: Any, challenge: bytes) -> None:
            for sequence in range(1, 5):
                receipt = pos.Receipt.FromString(big.SerializeToString())
                receipt.number = sequence
                begin = time.monotonic()
                await call.write(pos.StreamReceiptsRequest.FromString(signed(me, challenge, sequence, receipt)))
                answer = await asyncio.wait_for(call.read(), 30)
                waits.append(time.monotonic() - begin)
                reasons.add(answer.refused.reason)

        await asyncio.gather(
            *(send(me, call, challenge) for me, (_, call, challenge) in zip(tills, streams, strict=True))
        )
        for channel, _, _ in streams:
            await channel.close()
        return waits, reasons

    waits, reasons = asyncio.run(run())
    assert reasons == {"BUSY"}
    assert max(waits) < 15
    assert memory_mib(platform) <= LIMIT_MIB
    assert len(waits) == 160
