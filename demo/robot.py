"""A chat robot on loopback that behaves as WeCom's and DingTalk's do: keys, signatures, the limit of 20 messages a
minute, errcodes. It keeps what it accepted, and prints it when run as a program:

    python -m demo.robot --port 9876 --key demo --secret SEC0123
    http://127.0.0.1:9876/cgi-bin/webhook/send?key=demo             (WeCom)
    http://127.0.0.1:9876/robot/send?access_token=demo              (DingTalk, signed when there is a secret)
"""

import argparse
import base64
import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WECOM_PATH, DINGTALK_PATH = "/cgi-bin/webhook/send", "/robot/send"
LIMIT, WINDOW_S = 20, 60.0
_WECOM_MAX_BYTES = 2_048
_ONE_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Accepted:
    """One message in the chat: its text, when it came (monotonic), and the trace that it belongs to."""

    text: str
    at: float
    traceparent: str


@dataclass
class Robot:
    """What one robot checks and remembers. `fail_next` answers that many messages with an error first."""

    key: str = "demo"
    secret: str = ""
    say: Callable[[str], None] | None = None
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    fail_next: int = 0
    _recent: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, path: str, query: dict[str, str], body: bytes, traceparent: str) -> dict[str, Any]:
        """The robot's answer to one request."""
        with self._lock:
            errcode, errmsg = self._judge(path, query, body)
            if errcode:
                self.refused.append(errmsg)
                return {"errcode": errcode, "errmsg": errmsg}
            text = json.loads(body)["text"]["content"]
            self.accepted.append(Accepted(text, time.monotonic(), traceparent))
        if self.say is not None:
            self.say(text)
        return {"errcode": 0, "errmsg": "ok"}

    def _judge(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, str]:
        is_wecom = path == WECOM_PATH
        if query.get("key" if is_wecom else "access_token") != self.key:
            return (93000, "invalid webhook url") if is_wecom else (300001, "token is not exist")
        if not is_wecom and self.secret and not self._is_signed(query):
            return 310000, "sign not match"
        if self.fail_next > 0:
            self.fail_next -= 1
            return -1, "system busy"
        if problem := _problem_with(body, _WECOM_MAX_BYTES if is_wecom else 20_000):
            return 40058, problem
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= WINDOW_S:
            self._recent.popleft()
        if len(self._recent) >= LIMIT:
            return (45009, "api freq out of limit") if is_wecom else (130101, "send too fast")
        self._recent.append(now)
        return 0, ""

    def _is_signed(self, query: dict[str, str]) -> bool:
        timestamp = query.get("timestamp", "")
        if not timestamp.isdigit() or abs(time.time() * 1000 - int(timestamp)) > _ONE_HOUR_MS:
            return False
        wanted = hmac.new(self.secret.encode(), f"{timestamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64encode(wanted).decode(), query.get("sign", ""))


class RobotServer:
    """Serves a robot on loopback; a context manager."""

    def __init__(self, robot: Robot, port: int = 0) -> None:
        self.robot = robot

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                is_known = parts.path in (WECOM_PATH, DINGTALK_PATH)
                trace = self.headers.get("traceparent", "")
                told = robot.receive(parts.path, query, body, trace) if is_known else {"errcode": 404}
                answer = json.dumps(told).encode()
                self.send_response(200 if is_known else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """What matters is printed by the robot itself."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    @property
    def wecom_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{WECOM_PATH}?key={self.robot.key}"

    @property
    def dingtalk_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{DINGTALK_PATH}?access_token={self.robot.key}"

    def __enter__(self) -> "RobotServer":
        threading.Thread(target=self._server.serve_forever, name="robot", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _problem_with(body: bytes, max_bytes: int) -> str:
    try:
        message = json.loads(body)
        content = message[message["msgtype"]]["content"]
    except (ValueError, KeyError, TypeError):
        return "invalid message"
    if message["msgtype"] != "text" or not isinstance(content, str) or not content:
        return "invalid message type"
    return "content too long" if len(content.encode()) > max_bytes else ""


def main() -> None:
    """Print every message until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A chat robot on loopback that prints what it is told.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="demo")
    parser.add_argument("--secret", default="")
    wanted = parser.parse_args()
    robot = Robot(wanted.key, wanted.secret, say=lambda text: print(f"[chat] {text}", flush=True))
    with RobotServer(robot, wanted.port) as server:
        print(f"WeCom    {server.wecom_url}\nDingTalk {server.dingtalk_url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
