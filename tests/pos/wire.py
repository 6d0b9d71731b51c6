"""Streams as raw bytes, without the client's good manners."""

import asyncio
from typing import Any

import grpc
import grpc.aio

from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.pos.shop import Shop


async def answers(shop: Shop, bearer: str, *messages: bytes) -> list[pos.StreamReceiptsResponse]:
    """What the edge answers to raw messages after its welcome. Raises AioRpcError when it refuses the stream."""
    async with grpc.aio.insecure_channel(shop.platform.pos_address) as channel:
        call: Any = channel.stream_stream(
            "/saleloop.pos.v1.PosService/StreamReceipts",
            request_serializer=lambda body: body,
            response_deserializer=pos.StreamReceiptsResponse.FromString,
        )(metadata=(("authorization", bearer),))
        await call.read()
        for message in messages:
            await call.write(message)
        await call.done_writing()
        found = []
        while (answer := await call.read()) is not grpc.aio.EOF:
            found.append(answer)
        if await call.code() is not grpc.StatusCode.OK:
            raise AssertionError(await call.details())
        return found


def refusal(shop: Shop, bearer: str) -> tuple[grpc.StatusCode, str]:
    """How the edge refuses a stream."""

    async def ask() -> tuple[grpc.StatusCode, str]:
        async with grpc.aio.insecure_channel(shop.platform.pos_address) as channel:
            call: Any = channel.stream_stream("/saleloop.pos.v1.PosService/StreamReceipts")(
                metadata=(("authorization", bearer),)
            )
            return await call.code(), await call.details()

    return asyncio.run(asyncio.wait_for(ask(), 15))
