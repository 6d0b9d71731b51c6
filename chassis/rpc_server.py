"""The rpc process of a service: guarded methods, health, reflection, relay, telemetry, and a graceful end."""

import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pymongo
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from chassis import access, database, garbage, logs, telemetry
from chassis.operations import OperationsServicer
from chassis.queues import messages_ready, queues_of
from chassis.relay import start_relay
from chassis.rpc_client import MAX_MESSAGE_BYTES
from chassis.rpc_guard import Guard, MethodHandler
from chassis.settings import ServiceSettings
from chassis.tokens import AccessTokenVerifier
from saleloop.ops.v1.operations_service_pb2_grpc import add_OperationsServiceServicer_to_server

THREADS = 16
STOP_GRACE_S = 15.0  # calls that run may end; the relay's last confirms need the rest of the 20 s
_HEALTH_INTERVAL_S = 1.0
_CHECK_LIMIT_S = 1.0

AddServicer = Callable[[Any, Any], None]  # the generated add_<Service>Servicer_to_server

_OPTIONS = (
    ("grpc.so_reuseport", 0),  # a taken port is an error, not a silent second server
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Callers on a busy machine have their pings bunched together; grpc would hang up on them (ENHANCE_YOUR_CALM), and
    # their calls that are under way would fail.
    ("grpc.http2.max_ping_strikes", 0),
)

log = logs.get_logger(__name__)


class RpcServer:
    """A grpc server whose methods are all guarded; health and reflection alone need no token."""

    def __init__(
        self,
        service: str,
        servicers: Iterable[tuple[AddServicer, object]],
        verifier: AccessTokenVerifier,
        table: access.Table,
    ) -> None:
        self._server = grpc.server(ThreadPoolExecutor(THREADS, thread_name_prefix="rpc"), options=_OPTIONS)
        guard = Guard(service, table, verifier)
        self._streams = guard.streams
        registrar = _GuardedRegistrar(self._server, guard)
        for add, servicer in servicers:
            add(servicer, registrar)
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._names = tuple(registrar.names)
        reflection.enable_server_reflection((*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self._ended = threading.Event()

    def start(self, host: str, port: int) -> int:
        """Listen; returns the port (a free one for 0). Raises RuntimeError when it is taken."""
        bound = self._server.add_insecure_port(f"{host}:{port}")
        self._server.start()
        threading.Thread(target=self._watch_health, name="health", daemon=True).start()
        return int(bound)

    def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """Refuse new calls, let running ones end within `grace_s` seconds; streams end at once."""
        self._ended.set()
        self._streams.end()
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_s).wait()

    def _watch_health(self) -> None:
        while not self._ended.is_set():
            ready = all(telemetry.readiness().values())
            state = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
            for name in ("", *self._names):
                self._health.set(name, state)
            self._ended.wait(_HEALTH_INTERVAL_S)


class _GuardedRegistrar:
    """Stands in for the server while generated code registers methods, and guards each of them."""

    def __init__(self, server: grpc.Server, guard: Guard) -> None:
        self._server, self._guard = server, guard
        self.names: list[str] = []

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """The same methods come again by add_registered_method_handlers; unguarded ones must not get in."""

    def add_registered_method_handlers(self, service_name: str, handlers: Mapping[str, MethodHandler]) -> None:
        guarded = self._guard.wrap_all(service_name, handlers)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service_name, guarded),))
        self.names.append(service_name)


# The kernel may give the signal to one of grpc's threads; Python's handler then runs only when the main thread wakes.
_SIGNAL_CHECK_S = 0.5


def serve(
    service: str,
    servicers: Iterable[tuple[AddServicer, object]],
    settings: ServiceSettings,
    table: access.Table,
    *,
    relay: bool = True,
) -> None:
    """Run the rpc process of `service` until SIGTERM or SIGINT; then end within 20 s."""
    stopping = _stop_signal()
    logs.configure(service, "rpc", settings.log_level)
    telemetry.configure_tracing(service, "rpc", settings.otlp_endpoint)
    database.connect(settings, service)
    telemetry.add_readiness_check("storage", _storage_answers)
    operations = OperationsServicer(lambda: messages_ready(settings.amqp_url, queues_of(service)))
    verifier = AccessTokenVerifier(settings.access_public_key, service)
    server = RpcServer(service, (*servicers, (add_OperationsServiceServicer_to_server, operations)), verifier, table)
    relay_thread = start_relay(service, settings.amqp_url) if relay else None
    if relay_thread is not None:
        telemetry.add_readiness_check("broker", lambda: relay_thread.is_connected)
    try:
        port = server.start(settings.bind_host, settings.grpc_port)
    except RuntimeError as error:
        sys.exit(f"{service}: port {settings.grpc_port} on {settings.bind_host} cannot be used: {error}")
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    garbage.spare_calls_its_pauses()
    log.info("serving", port=port)
    while not stopping.wait(_SIGNAL_CHECK_S):
        pass
    log.info("stopping")
    server.stop()
    if relay_thread is not None:
        relay_thread.stop()
    telemetry.stop_tracing()


def _storage_answers() -> bool:
    with pymongo.timeout(_CHECK_LIMIT_S):
        database.current().command("ping")
    return True


def _stop_signal() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
