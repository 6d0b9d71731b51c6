"""The HTTP application: its parts, routes, start and end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import FastAPI
from pymongo import AsyncMongoClient
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chassis import telemetry
from chassis.access import Table
from chassis.clocks import real_clock
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, decode_key
from contracts.access import TABLE
from gateway.audit.operations import audit_handlers
from gateway.config import GatewaySettings
from gateway.http.answers import JSON, Answer
from gateway.http.callers import AUDIENCE, Callers, ServiceTokens
from gateway.http.clock import ClockOperations
from gateway.http.docs import docs_page
from gateway.http.endpoint import Endpoint, Parts
from gateway.http.idempotency import Idempotency
from gateway.http.limits import RateLimit
from gateway.http.openapi import openapi_document
from gateway.http.operations import SERVICES, Operation, by_template, load_operations
from gateway.http.own import in_threads
from gateway.http.problems import problem_answer
from gateway.http.refusals import Refusal
from gateway.http.sending import send_answer
from gateway.http.upstream import Upstream
from gateway.identity.operations import IdentityOperations

VERSION = "0.1.0"
_DATABASE_TIMEOUT_MS = 2_000


class Page:
    """A fixed document, or the answer for everything that is not there."""

    def __init__(self, answer: Answer | None) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any HTTP request."""
        if scope["type"] != "http":
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        with telemetry.span("page", "server", traceparent=headers.get(b"traceparent", "")):
            answer = self._answer or problem_answer(
                Refusal("NOT_FOUND", "ROUTE_NOT_FOUND", "there is no such address"),
                instance=scope["path"],
                accept_language=headers.get(b"accept-language", ""),
            )
            await send_answer(send, answer)


def make_app(settings: GatewaySettings, table: Table = TABLE) -> FastAPI:
    """The application; everything bound to an event loop is made when it starts."""
    operations = load_operations()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            settings.mongo_url,
            tz_aware=True,
            serverSelectionTimeoutMS=_DATABASE_TIMEOUT_MS,
            connectTimeoutMS=_DATABASE_TIMEOUT_MS,
            timeoutMS=2 * _DATABASE_TIMEOUT_MS,
        )
        idempotency = Idempotency(client[settings.mongo_database], decode_key(settings.access_private_key))
        await idempotency.prepare()
        issuer = AccessTokenIssuer(settings.access_private_key)
        tokens = ServiceTokens(issuer, real_clock.monotonic)
        addresses = {service: settings.address(service) for service in SERVICES}
        upstream = Upstream(addresses, operations, tokens)
        parts = Parts(
            callers=Callers(AccessTokenVerifier(settings.access_public_key, AUDIENCE)),
            table=table,
            per_principal=RateLimit(settings.rate_per_principal, settings.burst_per_principal, real_clock.monotonic),
            per_address=RateLimit(settings.rate_public, settings.burst_public, real_clock.monotonic),
            idempotency=idempotency,
            upstream=upstream,
            own={
                **in_threads(IdentityOperations(issuer).handlers()),
                **in_threads(audit_handlers()),
                **ClockOperations(upstream, settings).handlers(),
            },
        )
        app.router.routes.extend(_routes(operations, parts, table))
        yield
        await upstream.close()
        await client.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    app.router.default = Page(None)
    return app


def described(operations: tuple[Operation, ...], table: Table) -> dict[str, Any]:
    """The OpenAPI document of these operations under this access table."""
    rules = {operation.name: table.lookup(operation.name) for operation in operations}
    roles = {name: sorted(map(str, rule.grants)) for name, rule in rules.items() if rule is not None}
    public = frozenset(name for name, rule in rules.items() if rule is not None and rule.public)
    return openapi_document(operations, roles, public, VERSION)


def _routes(operations: tuple[Operation, ...], parts: Parts, table: Table) -> list[Route]:
    document = described(operations, table)
    routes = [
        _route("/openapi.json", Page(Answer(200, JSON, orjson.dumps(document)))),
        _route("/docs", Page(Answer(200, "text/html; charset=utf-8", docs_page(document)))),
    ]
    endpoints = (Endpoint(template, by_verb, parts) for template, by_verb in by_template(operations).items())
    return routes + [_route(endpoint.template, endpoint) for endpoint in endpoints]


def _route(path: str, endpoint: Endpoint | Page) -> Route:
    """Without methods, since the endpoint itself knows which are possible."""
    route = Route(path, endpoint)
    route.methods = None
    return route
