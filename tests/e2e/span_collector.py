"""An OpenTelemetry collector on loopback: takes spans over OTLP/HTTP and tells who caused whom."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class ReceivedSpan:
    """One span; ids in hex, `parent_id` empty at the root, `process` as the resource names it."""

    process: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str


@dataclass
class SpanCollector:
    """Everything that was received so far."""

    url: str = ""
    spans: list[ReceivedSpan] = field(default_factory=list)

    def edges(self, trace_id: str) -> set[tuple[str, str]]:
        """Cause and effect of one trace, each as "process: span"."""
        of_trace = {span.span_id: span for span in list(self.spans) if span.trace_id == trace_id}
        return {
            (_label(of_trace[span.parent_id]), _label(span)) for span in of_trace.values() if span.parent_id in of_trace
        }

    def name_of(self, trace_id: str, span_id: str) -> str:
        """ "process: span" of one span; empty while it is unknown."""
        found = (span for span in list(self.spans) if (span.trace_id, span.span_id) == (trace_id, span_id))
        return next(map(_label, found), "")

    def take(self, body: bytes) -> None:
        """Keep what one export carries."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            process = names["service.name"].removeprefix("saleloop-")
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                self.spans.append(
                    ReceivedSpan(process, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                )


@contextmanager
def collecting() -> Iterator[SpanCollector]:
    """A running collector."""
    collector = SpanCollector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


def _label(span: ReceivedSpan) -> str:
    return f"{span.process}: {span.name}"
