"""The probe's rpc-like process: threads that commit, and the relay's. POST /<key> makes one thing for each key."""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chassis import database
from chassis.documents import VersionConflict
from chassis.errors import describe
from chassis.ids import derived_id
from chassis.relay import start_relay
from chassis.settings import ServiceSettings
from tests.chassis.probe import Thing


class Commands(BaseHTTPRequestHandler):
    """200 when the thing is saved; 503 when it may be or not: then the caller repeats."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        key = self.path.removeprefix("/")
        try:
            thing_id = derived_id(key)
            if Thing.find(thing_id) is None:
                Thing(id=thing_id, name=key).created()
            self._answer(200)
        except VersionConflict:
            self._answer(200)  # a repetition of ours was faster
        except Exception as error:
            self._answer(503 if describe(error).code == "UNAVAILABLE" else 500)

    def _answer(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    settings = ServiceSettings()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    database.connect(settings, "leads")
    relay = start_relay("leads", settings.amqp_url)
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PROBE_PORT"])), Commands)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopping.wait()
    relay.stop()
    sys.exit(0)
