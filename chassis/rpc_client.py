"""Channels to other processes: every call has a deadline, carries the trace, and fails with a RemoteError.

A thin wrapper instead of grpc's interceptors: those cost the asyncio gateway a task for each call.

    stub = LeadsServiceStub(channel("127.0.0.1:50051"))
    stub.CreateLead(request, metadata=bearer(token))
"""

from collections.abc import Callable, Sequence
from typing import Any

import grpc
import grpc.aio

from chassis import telemetry
from chassis.errors import Failure
from chassis.rpc_status import failure_of

DEFAULT_DEADLINE_S = 5.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # A server that comes back is found again quickly; the default waits up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    # In spite of its name, how long one attempt to connect may take: on a busy machine 100 ms were too short.
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_http_proxy", 0),
)

Metadata = Sequence[tuple[str, str | bytes]]


class RemoteError(Exception):
    """A call failed; `failure` is what the other side told. Has the shape that chassis.errors.describe knows, so
    an error that is passed on reaches the next caller as it was."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.code} {failure.reason}: {failure.message}")
        self.failure = failure
        self.code, self.reason, self.message = failure.code, failure.reason, failure.message
        self.metadata, self.violations = failure.metadata, failure.violations


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Call metadata with an access token."""
    return (("authorization", f"Bearer {token}"),)


def channel(address: str, *, deadline_s: float = DEFAULT_DEADLINE_S) -> "Channel":
    """A channel for threads. Calls without their own timeout get `deadline_s`."""
    return Channel(grpc.insecure_channel(address, options=OPTIONS), _SyncCall, deadline_s)


def aio_channel(address: str, *, deadline_s: float = DEFAULT_DEADLINE_S) -> "Channel":
    """A channel for asyncio; must be made inside the running loop. Its stubs' methods are coroutines."""
    return Channel(grpc.aio.insecure_channel(address, options=OPTIONS), _AioCall, deadline_s)


class Channel:
    """What generated stubs need of a channel. Calls with one request and one answer are wrapped; a stream is grpc's
    own call, to be made with a timeout."""

    def __init__(self, inner: Any, wrap: Callable[[Any, str, float], Any], deadline_s: float) -> None:
        self.inner = inner
        self._wrap, self._deadline_s = wrap, deadline_s

    def unary_unary(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._wrap(self.inner.unary_unary(method, *args, **kwargs), method, self._deadline_s)

    def unary_stream(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.inner.unary_stream(method, *args, **kwargs)

    def stream_unary(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.inner.stream_unary(method, *args, **kwargs)

    def stream_stream(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.inner.stream_stream(method, *args, **kwargs)

    def close(self) -> Any:
        """Close the channel; on asyncio the answer must be awaited."""
        return self.inner.close()


class _SyncCall:
    def __init__(self, inner: Any, method: str, deadline_s: float) -> None:
        self._inner, self._method, self._deadline_s = inner, method, deadline_s

    def __call__(self, request: Any, timeout: float | None = None, metadata: Metadata = ()) -> Any:
        with telemetry.span(self._method, "client", attributes={"rpc.system": "grpc"}):
            try:
                return self._inner(request, timeout=timeout or self._deadline_s, metadata=_traced(metadata))
            except grpc.RpcError as error:
                raise RemoteError(failure_of(error)) from error


class _AioCall:
    def __init__(self, inner: Any, method: str, deadline_s: float) -> None:
        self._inner, self._method, self._deadline_s = inner, method, deadline_s

    async def __call__(self, request: Any, timeout: float | None = None, metadata: Metadata = ()) -> Any:  # noqa: ASYNC109  # grpc's own deadline, which the server must see
        with telemetry.span(self._method, "client", attributes={"rpc.system": "grpc"}):
            try:
                return await self._inner(request, timeout=timeout or self._deadline_s, metadata=_traced(metadata))
            except grpc.RpcError as error:
                raise RemoteError(failure_of(error)) from error


def _traced(metadata: Metadata) -> Metadata:
    return (*metadata, ("traceparent", telemetry.traceparent()))
