"""What every call passes before and after its handler, in one chain:

measure -> span -> deadline -> token -> access rule -> context -> storage time limit -> handler (repeated after a
version conflict) -> field slice; whatever raises becomes a google.rpc.Status. A server stream passes the same, the
token and the field slice again for each of its answers.
"""

import contextvars
import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, TypeAlias

import grpc
import pymongo
from google.protobuf import descriptor_pool

from chassis import access, database, metrics, principal, rpc_status, telemetry
from chassis.errors import (
    DeadlineExceeded,
    Failure,
    InvalidArgument,
    SaleloopError,
    Unauthenticated,
    describe,
    is_version_conflict,
)
from chassis.logs import get_logger
from chassis.principal import Principal
from chassis.rpc_fields import apply_slice, check_paths
from chassis.rpc_streams import Streams
from chassis.rpc_times import bounded
from chassis.tokens import AccessTokenVerifier

log = get_logger(__name__)

VERSION_CONFLICT_RETRIES = 3
_A_YEAR_S = 365 * 86_400.0  # grpc tells a call without deadline as one in a far future
_STORAGE_SHARE = 0.8  # of the caller's time: storage may not use up all of it, so that the answer arrives
_STREAM_STEP_S = 10.0  # from one answer of a stream to the next, storage and pauses included

Handler = Callable[[Any, grpc.ServicerContext], Any]
MethodHandler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic in the stubs only


class MethodNotGuarded(RuntimeError):
    """A method cannot be served safely: it has no access rule, or takes a stream of requests."""


class Guard:
    """Wraps the methods of one service's servicers."""

    def __init__(
        self, service: str, table: access.Table, verifier: AccessTokenVerifier, streams: Streams | None = None
    ) -> None:
        self._service, self._table, self._verifier = service, table, verifier
        self.streams = streams or Streams()

    def wrap_all(self, service_name: str, handlers: Mapping[str, MethodHandler]) -> dict[str, MethodHandler]:
        """The guarded methods of a proto service. Raises MethodNotGuarded, and UnknownFieldPath for a bad rule."""
        return {rpc: self._wrap(service_name, rpc, handler) for rpc, handler in handlers.items()}

    def _wrap(self, service_name: str, rpc: str, handler: MethodHandler) -> MethodHandler:
        operation = access.operation_name(f"/{service_name}/{rpc}")
        rule = self._table.lookup(operation)
        if rule is None:
            raise MethodNotGuarded(f"{operation} has no access rule in contracts/access")
        if handler.request_streaming:
            raise MethodNotGuarded(f"{operation} takes a stream of requests, which this server does not guard")
        method = descriptor_pool.Default().FindServiceByName(service_name).methods_by_name[rpc]
        for grant in rule.grants.values():
            check_paths(method.output_type, grant)
        behavior: Any = handler.unary_stream if handler.response_streaming else handler.unary_unary
        checked = bounded(method.input_type, behavior)
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self.streams.on_own_threads(self._guarded_stream(operation, checked)),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._guarded(operation, checked),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _guarded(self, operation: str, handler: Handler) -> Handler:
        def guarded(request: Any, context: grpc.ServicerContext) -> Any:
            started = time.perf_counter()
            metadata = {str(key): value for key, value in context.invocation_metadata()}
            code = "OK"
            with telemetry.span(
                operation,
                "server",
                traceparent=str(metadata.get("traceparent", "")),
                attributes={"rpc.system": "grpc", "rpc.method": operation},
            ):
                try:
                    return self._serve(operation, handler, request, context, metadata)
                except Exception as error:  # every error of a call ends here, translated
                    failure = self._failure(operation, error)
                    code = failure.code
                finally:
                    metrics.RPC_DURATION.labels(operation, code).observe(time.perf_counter() - started)
            return rpc_status.abort(context, failure)

        return guarded

    def _guarded_stream(self, operation: str, handler: Handler) -> Handler:
        def guarded(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            # The stream's own context variables: what it sets is seen in its steps only, on whatever thread.
            own = contextvars.copy_context()
            answers = self._stream(operation, handler, request, context)
            try:
                while (answer := own.run(next, answers, None)) is not None:
                    yield answer
            except Exception as error:
                rpc_status.abort(context, self._failure(operation, error))
            finally:
                own.run(answers.close)

        return guarded

    def _stream(
        self, operation: str, handler: Handler, request: Any, context: grpc.ServicerContext
    ) -> Generator[Any, None, None]:
        started = time.perf_counter()
        metadata = {str(key): value for key, value in context.invocation_metadata()}
        with ExitStack() as stack:
            stack.enter_context(telemetry.span(operation, "server", traceparent=str(metadata.get("traceparent", ""))))
            require_deadline(context)
            caller, grant = self._admitted(operation, metadata)
            stack.enter_context(principal.acting(caller, operation))
            stack.enter_context(access.granted(grant))
            stack.enter_context(self.streams.opened(context))
            database.require_reachable()
            with pymongo.timeout(_STREAM_STEP_S):
                answers = iter(handler(request, context))
                answer = next(answers, None)
            metrics.RPC_DURATION.labels(operation, "OK").observe(time.perf_counter() - started)
            while answer is not None:
                self._caller(str(metadata.get("authorization", "")))
                apply_slice(answer, grant)
                yield answer
                with pymongo.timeout(_STREAM_STEP_S):
                    answer = next(answers, None)

    def _admitted(self, operation: str, metadata: Mapping[str, Any]) -> tuple[Principal, access.Grant]:
        try:
            caller = self._caller(str(metadata.get("authorization", "")))
            return caller, self._table.decide(operation, caller)
        except SaleloopError as refusal:
            metrics.ACCESS_REFUSALS.labels(operation, refusal.reason).inc()
            raise

    def _serve(
        self, operation: str, handler: Handler, request: Any, context: grpc.ServicerContext, metadata: dict[str, Any]
    ) -> Any:
        remaining = require_deadline(context)
        caller, grant = self._admitted(operation, metadata)
        with ExitStack() as stack:
            stack.enter_context(principal.acting(caller, operation))
            stack.enter_context(access.granted(grant))
            database.require_reachable()
            stack.enter_context(pymongo.timeout(remaining * _STORAGE_SHARE))
            answer = _repeat_on_conflict(operation, handler, request, context)
        apply_slice(answer, grant)
        return answer

    def _caller(self, authorization: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("TOKEN_MISSING", "the call carries no access token")
        return self._verifier.verify(token)

    def _failure(self, operation: str, error: Exception) -> Failure:
        told = describe(error)
        if told.is_internal:
            log.error("call failed", operation=operation, exc_info=error)
        elif told.code == "UNAVAILABLE":
            log.warning("call could not be served", operation=operation, error=f"{type(error).__name__}: {error}"[:500])
        domain = told.domain or rpc_status.domain_of(self._service)
        return Failure(told.code, told.reason, told.message, told.metadata, told.violations, domain)


def require_deadline(context: grpc.ServicerContext) -> float:
    """Seconds that the caller still waits. Raises InvalidArgument without a deadline, DeadlineExceeded after it."""
    remaining = context.time_remaining()
    if remaining is None or remaining > _A_YEAR_S:
        raise InvalidArgument("DEADLINE_REQUIRED", "every call needs a deadline")
    if remaining <= 0:
        raise DeadlineExceeded("DEADLINE_EXCEEDED", "the call waited too long for its turn")
    return float(remaining)


def _repeat_on_conflict(operation: str, handler: Handler, request: Any, context: grpc.ServicerContext) -> Any:
    for _ in range(VERSION_CONFLICT_RETRIES):
        try:
            return handler(request, context)
        except Exception as error:
            if not is_version_conflict(error):
                raise
            metrics.RPC_VERSION_CONFLICTS.labels(operation).inc()
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311  # spreads the rivals, guards nothing
    return handler(request, context)
