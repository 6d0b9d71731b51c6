"""The process `python -m gateway pos`."""

import asyncio
import signal
import sys
from datetime import timedelta
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from chassis import logs, telemetry
from chassis.async_publisher import AsyncPublisher
from chassis.errors import Unavailable
from chassis.principal import Principal
from chassis.rpc_client import Channel, RemoteError, aio_channel, bearer
from chassis.tokens import AccessTokenIssuer
from contracts.roles import Role
from gateway.config import GatewaySettings
from gateway.pos.batches import MAX_BYTES, read_batch
from gateway.pos.keys import Lookup, TerminalKey, TerminalKeys, TerminalName
from gateway.pos.streams import Edge
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from saleloop.stores.v1.stores_service_pb2_grpc import StoresServiceStub

SERVICE = "saleloop.pos.v1.PosService"
STOP_GRACE_S = 10.0
LOOKUP_TIMEOUT_S = 3.0
# What may wait for the broker before batches are refused, in bytes and in seconds for each batch.
LIMIT_BYTES = 64 * 1024 * 1024
BROKER_WAIT_S = 2.0

_OPTIONS = (
    ("grpc.so_reuseport", 0),
    # Twice what a batch may have: such a batch is refused, a larger one ends the stream.
    ("grpc.max_receive_message_length", 2 * MAX_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # A till on a slow line has its pings bunched together; grpc would hang up on it (ENHANCE_YOUR_CALM).
    ("grpc.http2.max_ping_strikes", 0),
)
log = logs.get_logger(__name__)


def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM or SIGINT; then let terminals end within 20 s."""
    logs.configure("gateway", "pos", settings.log_level)
    telemetry.configure_tracing("gateway", "pos", settings.otlp_endpoint)
    asyncio.run(_serve(settings))
    telemetry.stop_tracing()


async def _serve(settings: GatewaySettings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    publisher = AsyncPublisher(settings.amqp_url, "gateway-pos", limit_bytes=LIMIT_BYTES, wait_s=BROKER_WAIT_S)
    publisher.start()
    channel = aio_channel(settings.stores_address)
    keys = TerminalKeys(_lookup(channel, settings), fresh_s=settings.pos_key_check_s)
    edge = Edge(keys, publisher, check_every_s=settings.pos_key_check_s)
    server = grpc.aio.server(options=_OPTIONS)
    await _add_services(server, edge)
    try:
        server.add_insecure_port(f"{settings.bind_host}:{settings.pos_port}")
    except RuntimeError as error:
        sys.exit(f"gateway pos: port {settings.pos_port} on {settings.bind_host} cannot be used: {error}")
    await server.start()
    telemetry.add_readiness_check("broker", lambda: publisher.is_connected)
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    log.info("serving", port=settings.pos_port)
    await stopping.wait()
    log.info("stopping")
    edge.stopping.set()
    await server.stop(STOP_GRACE_S)
    await publisher.stop()
    await channel.close()


async def _add_services(server: grpc.aio.Server, edge: Edge) -> None:
    # Registered by hand, since the generated code would end a stream whose message cannot be read.
    handler = grpc.stream_stream_rpc_method_handler(
        edge.stream_receipts,
        request_deserializer=read_batch,
        response_serializer=pos.StreamReceiptsResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"StreamReceipts": handler}),))
    checks = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    await checks.set(SERVICE, health_pb2.HealthCheckResponse.SERVING)


def _lookup(channel: Channel, settings: GatewaySettings) -> Lookup:
    """Asks stores for a terminal's key, as the gateway itself."""
    stub: Any = StoresServiceStub(channel)  # type: ignore[call-overload]  # stands in for grpc's own channel
    issuer = AccessTokenIssuer(settings.access_private_key)
    edge = Principal("gateway-pos", frozenset({Role.GATEWAY.value}))

    async def look_up(name: TerminalName) -> TerminalKey | None:
        token = issuer.issue(edge, "stores", timedelta(minutes=1))
        request = stores.GetTerminalRequest(store_id=name[0], terminal_id=name[1])
        try:
            answer = await stub.GetTerminal(request, timeout=LOOKUP_TIMEOUT_S, metadata=bearer(token))
        except RemoteError as error:
            if error.code == "NOT_FOUND":
                return None
            raise Unavailable("KEYS_UNAVAILABLE", "the terminal's key cannot be looked up now") from error
        terminal = answer.terminal
        if terminal.state != stores.TERMINAL_STATE_ENROLLED or not terminal.public_key:
            return None
        return TerminalKey(terminal.public_key, terminal.epoch)

    return look_up
