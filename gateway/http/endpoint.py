"""One path of the API: who may, how often, once or again, and then the service's answer.

Plain ASGI on the raw body: validation by pydantic and middleware with tasks of its own would cost more than the
rest of a small request.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from starlette.types import Receive, Scope, Send

from chassis import telemetry
from chassis.access import Table, granted
from chassis.clocks import real_clock
from chassis.ids import derived_id
from chassis.principal import Principal, acting
from gateway.http.answers import Answer, answer
from gateway.http.bodies import read_body
from gateway.http.callers import PUBLIC, Callers
from gateway.http.idempotency import Idempotency
from gateway.http.limits import RateLimit
from gateway.http.metrics import HTTP_DURATION, IDEMPOTENT_REPLAYS
from gateway.http.operations import Operation
from gateway.http.outside import told_from_outside
from gateway.http.problems import problem_answer
from gateway.http.refusals import Refusal, unreadable
from gateway.http.requests import read_request
from gateway.http.sending import send_answer
from gateway.http.streaming import opened, send_events
from gateway.http.upstream import Upstream

MAX_TIMEOUT_SECONDS = 30.0
OwnHandler = Callable[[Any, Principal], Awaitable[Message]]


@dataclass(frozen=True)
class Parts:
    """What every endpoint works with."""

    callers: Callers
    table: Table
    per_principal: RateLimit
    per_address: RateLimit
    idempotency: Idempotency
    upstream: Upstream
    own: Mapping[str, OwnHandler]


class Endpoint:
    """All operations of one path template."""

    def __init__(self, template: str, operations: Mapping[str, Operation], parts: Parts) -> None:
        self.template = template
        self._operations = dict(operations)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = real_clock.monotonic()
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        verb = "GET" if scope["method"] == "HEAD" else scope["method"]
        attributes = {"http.request.method": verb, "http.route": self.template}
        parent = headers.get(b"traceparent", "")
        with telemetry.span(f"{verb} {self.template}", "server", traceparent=parent, attributes=attributes) as span:
            try:
                if self._is_stream(scope["method"]):
                    await self._stream(self._operations[verb], scope, headers, receive, send)
                    return
                found = await self._answer(verb, scope, headers, receive)
            except Exception as error:  # the one place where failures become problem+json
                found = self._problem(error, scope, headers)
            if span.is_recording():
                span.set_attribute("http.response.status_code", found.status)
            await send_answer(send, found)
        known_verb = verb if verb in self._operations else "other"
        HTTP_DURATION.labels(self.template, known_verb, str(found.status)).observe(real_clock.monotonic() - started)

    def _is_stream(self, method: str) -> bool:
        return method in self._operations and self._operations[method].is_stream

    async def _stream(
        self, operation: Operation, scope: Scope, headers: Mapping[bytes, str], receive: Receive, send: Send
    ) -> None:
        """Send events until the caller goes, the token expires or the service ends. Raises before the first only."""
        authorization = headers.get(b"authorization", "")
        principal = self._admit(operation, scope, headers)
        values = dict(zip(operation.path_fields, scope["path_params"].values(), strict=True))
        request = read_request(operation, values, scope["query_string"], "", b"")
        seconds = self._parts.callers.seconds_left(authorization)
        call = self._parts.upstream.stream(operation, request, principal, seconds)
        started = real_clock.monotonic()
        async with opened(call) as events:
            HTTP_DURATION.labels(self.template, operation.verb, "200").observe(real_clock.monotonic() - started)
            await send_events(events, receive, send)

    async def _answer(self, verb: str, scope: Scope, headers: Mapping[bytes, str], receive: Receive) -> Answer:
        operation = self._operations.get(verb)
        if operation is None or operation.is_stream:  # a stream has no HEAD
            raise Refusal(
                "UNIMPLEMENTED",
                "METHOD_NOT_ALLOWED",
                f"{verb} is not possible here",
                http_status=405,
                headers={"allow": ", ".join(sorted(self._operations))},
            )
        principal = self._admit(operation, scope, headers)
        body = await read_body(receive, headers.get(b"content-length", ""))

        async def carry_out() -> Answer:
            try:
                return await self._carry_out(operation, principal, scope, headers, body)
            except Exception as error:  # kept for the key like any other answer
                return self._problem(error, scope, headers)

        key = headers.get(b"idempotency-key", "") if verb == "POST" else ""
        if not key:
            return await carry_out()
        request = b"\0".join((scope["path"].encode(), scope["query_string"], body))
        found = await self._parts.idempotency.once(_key_scope(principal, scope), key, request, carry_out)
        if ("idempotency-replayed", "true") in found.headers:
            IDEMPOTENT_REPLAYS.labels(operation.name).inc()
        return found

    def _admit(self, operation: Operation, scope: Scope, headers: Mapping[bytes, str]) -> Principal:
        """Who calls, when that is allowed. Raises 401, 403, 429."""
        rule = self._parts.table.lookup(operation.name)
        if rule is not None and rule.public:
            client = scope.get("client")
            self._parts.per_address.take(client[0] if client else "")
            principal = PUBLIC
        else:
            principal = self._parts.callers.principal(headers.get(b"authorization", ""))
            self._parts.per_principal.take(principal.subject)
        self._parts.table.decide(operation.name, principal)
        return principal

    async def _carry_out(
        self, operation: Operation, principal: Principal, scope: Scope, headers: Mapping[bytes, str], body: bytes
    ) -> Answer:
        values = dict(zip(operation.path_fields, scope["path_params"].values(), strict=True))
        content_type = headers.get(b"content-type", "")
        request: Any = read_request(operation, values, scope["query_string"], content_type, body)
        key = headers.get(b"idempotency-key", "")
        if key and operation.takes_request_id and not request.request_id:
            request.request_id = derived_id("idempotency", _key_scope(principal, scope), key)
        if not operation.is_own:
            seconds = _timeout_seconds(operation, headers.get(b"x-request-timeout", ""))
            told = told_from_outside(scope.get("client"), headers) if principal is PUBLIC else ()
            return answer(await self._parts.upstream.call(operation, request, principal, seconds, told))
        grant = self._parts.table.decide(operation.name, principal)
        with acting(principal, operation.name), granted(grant):
            return answer(await self._parts.own[operation.name](request, principal))

    def _problem(self, error: Exception, scope: Scope, headers: Mapping[bytes, str]) -> Answer:
        return problem_answer(error, instance=scope["path"], accept_language=headers.get(b"accept-language", ""))


def _key_scope(principal: Principal, scope: Scope) -> str:
    """Keys are each caller's own; those without a name share one, so theirs are kept apart by path."""
    return f"public {scope['path']}" if principal is PUBLIC else principal.subject


def _timeout_seconds(operation: Operation, wanted: str) -> float:
    """How long the caller waits: the operation's default, or what X-Request-Timeout says, at most 30 s."""
    if not wanted:
        return operation.timeout_seconds
    try:
        seconds = float(wanted)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds <= MAX_TIMEOUT_SECONDS:
        raise unreadable(f"X-Request-Timeout must be seconds above 0 and up to {MAX_TIMEOUT_SECONDS:g}")
    return seconds
