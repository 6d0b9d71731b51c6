"""The worker process of a service: handlers, timers, relay and telemetry in one nameko container."""

import logging
import signal
import sys
from datetime import timedelta
from types import FrameType
from typing import Any

import eventlet
from eventlet import patcher
from nameko.containers import ServiceContainer

from chassis import database, garbage, logs, telemetry
from chassis.logs import get_logger
from chassis.outcomes import Settler
from chassis.relay import start_relay
from chassis.settings import ServiceSettings

log = get_logger()

_MAX_WORKERS = 200  # greenthreads; what limits is the prefetch of each queue


class Worker:
    """Builds everything and runs until a signal."""

    def __init__(self, service: str, worker_class: type, settings: ServiceSettings, prefetch: int) -> None:
        if not patcher.is_monkey_patched("socket"):
            raise RuntimeError("a worker's __main__ must call chassis.green.patch() before every other import")
        if "grpc" in sys.modules:
            raise RuntimeError("grpc and eventlet deadlock in one process: a worker must not import grpc")
        self._service = service
        self._worker_class = worker_class
        self._settings = settings
        self._prefetch = prefetch
        self._is_stopping = False

    def run(self) -> int:
        """Returns the exit code: 0 after a signal, 1 when the container died."""
        settings = self._settings
        logs.configure(self._service, "worker", settings.log_level)
        logging.getLogger("nameko.containers").setLevel(logging.CRITICAL)  # outcomes.py tells what a handler raised
        telemetry.configure_tracing(self._service, "worker", settings.otlp_endpoint)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        database.connect(settings, self._service)
        relay = start_relay(self._service, settings.amqp_url)
        telemetry.add_readiness_check("broker", lambda: relay.is_connected)
        telemetry.add_readiness_check("storage", _storage_answers)
        container = ServiceContainer(
            self._named_class(), self._config(Settler(self._service, relay.publisher, self._stops))
        )
        container.start()
        telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
        garbage.spare_calls_its_pauses()
        log.info("working")
        while not self._is_stopping and not container._died.ready():
            eventlet.sleep(0.1)
        has_died = not self._is_stopping
        log.info("stopping")
        if not has_died:
            container.stop()
        relay.stop()
        telemetry.stop_tracing()
        return int(has_died)

    def _config(self, settler: Settler) -> dict[str, Any]:
        return {
            "max_workers": _MAX_WORKERS,
            "service": self._service,
            "amqp_url": self._settings.amqp_url,
            "in_production": self._settings.in_production,
            "retry_delays": [timedelta(milliseconds=each) for each in self._settings.retry_delays_ms],
            "prefetch": self._prefetch,
            "settler": settler,
            "stopping": self._stops,
        }

    def _named_class(self) -> type:
        """nameko asks each service class for a name."""
        if not getattr(self._worker_class, "name", None):
            self._worker_class.name = self._service  # type: ignore[attr-defined]  # nameko's convention
        return self._worker_class

    def _stops(self) -> bool:
        return self._is_stopping

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """Runs inside eventlet's main loop, where nothing may wait: only a note."""
        self._is_stopping = True


def _storage_answers() -> bool:
    database.current().command("ping")
    return True
