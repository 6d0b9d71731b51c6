"""Calls from asyncio, as the gateway makes them."""

import asyncio
from typing import Any

import pytest

from chassis import telemetry
from chassis.errors import InvalidArgument
from chassis.rpc_client import RemoteError, aio_channel, bearer
from saleloop.notify.v1 import notify_service_pb2 as pb
from saleloop.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from tests.chassis.calls import server, token


def test_a_call_carries_deadline_and_trace_and_fails_as_the_server_says() -> None:
    traces: list[str] = []

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        traces.append(telemetry.trace_id())
        if request.page_size < 0:
            raise InvalidArgument("PAGE_SIZE", "too small", field="page_size")
        return pb.ListChannelsResponse(next_page_token="next")

    async def scenario(port: int) -> None:
        channel: Any = aio_channel(f"127.0.0.1:{port}")
        stub: Any = NotifyServiceStub(channel)
        with telemetry.span("request"):
            answer = await stub.ListChannels(pb.ListChannelsRequest(), metadata=bearer(token()))
            assert answer.next_page_token == "next"
            assert traces == [telemetry.trace_id()]
            with pytest.raises(RemoteError) as caught:
                await stub.ListChannels(pb.ListChannelsRequest(page_size=-1), metadata=bearer(token()))
        assert (caught.value.reason, caught.value.violations[0].field) == ("PAGE_SIZE", "page_size")
        await channel.close()

    running = server(handler)
    try:
        asyncio.run(scenario(running.start("127.0.0.1", 0)))
    finally:
        running.stop(0)


def test_a_server_that_is_away_is_unavailable_at_once() -> None:
    async def scenario() -> None:
        channel: Any = aio_channel("127.0.0.1:1")
        with pytest.raises(RemoteError) as caught:
            await NotifyServiceStub(channel).ListChannels(pb.ListChannelsRequest(), metadata=bearer(token()))
        assert caught.value.code == "UNAVAILABLE"
        await channel.close()

    asyncio.run(asyncio.wait_for(scenario(), 5))
