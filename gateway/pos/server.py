"""The process `python -m gateway pos`: the stream, HTTP for simple tills, and what both share."""

import asyncio
import signal
import sys
from collections.abc import Callable

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from chassis import garbage, logs, telemetry
from chassis.async_publisher import AsyncPublisher
from chassis.ids import new_id
from chassis.listener import Listener
from chassis.rpc_client import aio_channel
from chassis.topology import OUTCOMES_EXCHANGE, events_exchange
from gateway.config import GatewaySettings
from gateway.pos.batches import MAX_BYTES, Handover, read_batch
from gateway.pos.edge import ENROLLED, REVOKED, WANTED, Edge
from gateway.pos.intake import Intake
from gateway.pos.keys import TerminalKeys
from gateway.pos.quiet_uvicorn import QuietServer
from gateway.pos.stores_client import StoresClient
from saleloop.pos.v1 import pos_service_pb2 as pos

SERVICE = "saleloop.pos.v1.PosService"
STOP_GRACE_S = 10.0
# How long a batch waits for the broker, or for room, before it is refused.
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
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    limit_bytes = settings.pos_waiting_bytes
    publisher = AsyncPublisher(settings.amqp_url, "gateway-pos", limit_bytes=limit_bytes, wait_s=BROKER_WAIT_S)
    channel = aio_channel(settings.stores_address)
    stores = StoresClient(channel, settings.access_private_key)
    keys = TerminalKeys(stores.key_of, fresh_s=settings.pos_key_check_s)
    edge_id = new_id()
    handover = Handover(publisher, edge_id)
    edge = Edge(keys, handover, check_every_s=settings.pos_key_check_s)
    listener = _listener(settings, edge_id, edge, loop)
    server = grpc.aio.server(options=_OPTIONS)
    await _add_services(server, edge)
    try:
        server.add_insecure_port(f"{settings.bind_host}:{settings.pos_port}")
    except RuntimeError as error:
        sys.exit(f"gateway pos: port {settings.pos_port} on {settings.bind_host} cannot be used: {error}")
    publisher.start()
    listener.start()
    await server.start()
    watch = asyncio.create_task(edge.watch())
    http = QuietServer(Intake(keys, handover, stores.outcomes_of), settings.bind_host, settings.pos_http_port)
    http_task = asyncio.create_task(http.serve())
    telemetry.add_readiness_check("broker", lambda: publisher.is_connected and listener.is_connected)
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    garbage.spare_calls_its_pauses()
    log.info("serving", port=settings.pos_port, http_port=settings.pos_http_port)
    await stopping.wait()
    log.info("stopping")
    watch.cancel()
    edge.stop()
    http.should_exit = True
    await asyncio.gather(server.stop(STOP_GRACE_S), http_task)
    await asyncio.to_thread(listener.stop)
    await publisher.stop()
    await channel.close()


def _soon(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)


def _listener(settings: GatewaySettings, edge_id: str, edge: Edge, loop: asyncio.AbstractEventLoop) -> Listener:
    """Hears outcomes for this process, and what stores says about keys; hands both to the event loop."""
    events = events_exchange("stores")

    def hear(routing_key: str, content_type: str, body: bytes) -> None:
        _soon(loop, lambda: edge.hear(routing_key, content_type, body))

    return Listener(
        settings.amqp_url,
        "gateway-pos-hears",
        "gateway.pos",
        [(OUTCOMES_EXCHANGE, edge_id), *((events, kind) for kind in (ENROLLED, REVOKED, WANTED))],
        hear,
        on_ready=lambda: _soon(loop, edge.doubt),
    )


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
