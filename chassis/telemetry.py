"""Traces, and the process's own small HTTP endpoint with /metrics, /livez and /readyz.

Without a collector (SALELOOP_OTLP_ENDPOINT) no span is recorded, but trace and span ids still travel, so that logs,
events and deliveries of one cause carry one trace id. The SDK is only imported when it is needed.
"""

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

KINDS = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
_provider: Any = None


def configure_tracing(service: str, process: str, otlp_endpoint: str = "") -> None:
    """Record spans and send them to `otlp_endpoint` (http(s)://host:port) in batches; empty records nothing."""
    global _provider
    if not otlp_endpoint or _provider is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = f"saleloop-{service}-{process}"
    resource = Resource.create({"service.name": name, "service.namespace": "saleloop"})
    exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))


def stop_tracing() -> None:
    """Send what is still in memory, within the exporter's time limit."""
    if _provider is not None:
        _provider.shutdown()


@contextmanager
def span(
    name: str,
    kind: str = "internal",
    *,
    traceparent: str = "",
    links: Sequence[str] = (),
    attributes: Mapping[str, str | int | bool] | None = None,
) -> Iterator[Span]:
    """Run a block in a span: a child of `traceparent` (W3C), else of the current span, else a new trace.

    `links` are traceparents of other causes (the spans of a batch). An exception marks the span and goes on.
    """
    parent = span_context(traceparent) if traceparent else trace.get_current_span().get_span_context()
    running = _start(name, KINDS[kind], parent, links, attributes)
    token = otel_context.attach(trace.set_span_in_context(running))
    try:
        yield running
    except BaseException as error:
        if running.is_recording():
            running.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        otel_context.detach(token)
        running.end()


def _start(
    name: str,
    kind: SpanKind,
    parent: SpanContext,
    links: Sequence[str],
    attributes: Mapping[str, str | int | bool] | None,
) -> Span:
    if _provider is None:
        trace_id = parent.trace_id if parent.is_valid else secrets.randbits(128) or 1
        flags = parent.trace_flags if parent.is_valid else TraceFlags(TraceFlags.SAMPLED)
        return NonRecordingSpan(SpanContext(trace_id, secrets.randbits(64) or 1, is_remote=False, trace_flags=flags))
    above = trace.set_span_in_context(NonRecordingSpan(parent), otel_context.Context())
    other = [Link(context) for context in map(span_context, links) if context.is_valid]
    started: Span = _provider.get_tracer("saleloop").start_span(
        name, context=above, kind=kind, links=other, attributes=dict(attributes or {})
    )
    return started


def span_context(traceparent: str) -> SpanContext:
    """The span that a W3C traceparent names; an invalid one names none (a new trace begins there)."""
    parts = traceparent.strip().split("-")
    try:
        if len(parts) < 4 or parts[0] == "ff" or [len(part) for part in parts[:4]] != [2, 32, 16, 2]:
            return INVALID_SPAN_CONTEXT
        return SpanContext(int(parts[1], 16), int(parts[2], 16), True, TraceFlags(int(parts[3], 16)))
    except ValueError:
        return INVALID_SPAN_CONTEXT


def traceparent() -> str:
    """The current span as W3C traceparent; "" outside any span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def trace_id(of: str = "") -> str:
    """32 hex digits: the trace of the traceparent `of`, or the current one; "" when there is none."""
    context = span_context(of) if of else trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


# --- /metrics, /livez, /readyz ---

_checks: dict[str, Callable[[], bool]] = {}


def add_readiness_check(name: str, check: Callable[[], bool]) -> None:
    """`check` answers quickly (at most 1 s) whether the process can use what `name` stands for; raising means no."""
    _checks[name] = check


def readiness() -> dict[str, bool]:
    """The answer of every check; the process is ready when all are true."""
    return {name: _passes(check) for name, check in list(_checks.items())}


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return bool(check())
    except Exception:  # a failing check is an answer, whatever it raises
        return False


class _Endpoint(BaseHTTPRequestHandler):
    timeout = 5  # a client that sends nothing does not hold its thread for ever
    server_version = "saleloop"
    sys_version = ""

    def do_GET(self) -> None:
        path = self.path.split("?", 1)[0]
        if path == "/metrics":
            self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
        elif path == "/livez":
            self._answer(200, b"ok\n", "text/plain; charset=utf-8")
        elif path == "/readyz":
            checks = readiness()
            body = json.dumps({"ready": all(checks.values()), "checks": checks}).encode()
            self._answer(200 if all(checks.values()) else 503, body, "application/json")
        else:
            self._answer(404, b"not found\n", "text/plain; charset=utf-8")

    def _answer(self, code: int, body: bytes, content_type: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes come every few seconds; they are not worth a line."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A scraper that hangs up is no error of ours."""


def serve_telemetry(port: int, host: str = "127.0.0.1") -> int:
    """Serve /metrics, /livez and /readyz in a thread (a greenthread where eventlet has patched); returns the port."""
    server = _Server((host, port), _Endpoint)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 1.0}, name="telemetry", daemon=True).start()
    return int(server.server_address[1])
