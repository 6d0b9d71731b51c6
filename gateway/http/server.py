"""The HTTP process: the application under uvicorn, the relay of the gateway's own events, telemetry."""

import signal
import sys

import pymongo
import uvicorn

from chassis import database, garbage, logs, telemetry
from chassis.relay import start_relay
from gateway.config import GatewaySettings
from gateway.http.app import make_app
from gateway.identity.commands import logins, sessions
from gateway.identity.commands.people import ensure_first_admin

_STOP_SECONDS = 15
_KEEP_ALIVE_SECONDS = 75
_BACKLOG = 1024


def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way may end within 15 s."""
    # uvicorn raises the signal again after its own end; by default the process would die by it instead of exiting.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    logs.configure("gateway", "http", settings.log_level)
    telemetry.configure_tracing("gateway", "http", settings.otlp_endpoint)
    database.connect(settings, "gateway")
    sessions.prepare()
    logins.prepare()
    relay = start_relay("gateway", settings.amqp_url)
    ensure_first_admin(settings.admin_password)
    telemetry.add_readiness_check("storage", _storage_answers)
    telemetry.add_readiness_check("broker", lambda: relay.is_connected)
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(settings),
            host=settings.bind_host,
            port=settings.http_port,
            loop="uvloop",
            http="httptools",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
    )
    telemetry.add_readiness_check("http", lambda: server.started)
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    garbage.spare_calls_its_pauses()
    try:
        server.run()
        if not server.started:
            sys.exit(1)
    finally:
        relay.stop()
        telemetry.stop_tracing()


def _storage_answers() -> bool:
    with pymongo.timeout(1.0):
        database.current().command("ping")
    return True
