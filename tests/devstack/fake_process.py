"""A process that is ready at once and answers like the real ones, to test the starter alone."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Telemetry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["SALELOOP_MONGO_DATABASE"].encode())

    def log_message(self, format: str, *args: object) -> None:
        return


if __name__ == "__main__":
    if "fail" in sys.argv:
        sys.exit("fake: cannot start")
    HTTPServer(("127.0.0.1", int(os.environ["SALELOOP_TELEMETRY_PORT"])), Telemetry).serve_forever()
