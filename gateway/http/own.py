"""The gateway's own operations as the endpoint calls them: in a thread, and again when another write won."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pymongo
from google.protobuf.message import Message

from chassis.errors import is_version_conflict
from chassis.principal import Principal
from gateway.http.endpoint import OwnHandler

_TRIES = 3
_STORAGE_SECONDS = 4.0  # callers wait 5 s, and shall hear of a database that is away


def in_threads(handlers: Mapping[str, Callable[[Any, Principal], Message]]) -> dict[str, OwnHandler]:
    """Handlers that block, made awaitable; the context (principal, grant, trace) goes with them."""
    return {name: _in_thread(handler) for name, handler in handlers.items()}


def _in_thread(handler: Callable[[Any, Principal], Message]) -> OwnHandler:
    async def run(request: Any, principal: Principal) -> Message:
        return await asyncio.to_thread(_repeated, handler, request, principal)

    return run


def _repeated(handler: Callable[[Any, Principal], Message], request: Any, principal: Principal) -> Message:
    for attempt in range(_TRIES):
        try:
            with pymongo.timeout(_STORAGE_SECONDS):
                return handler(request, principal)
        except Exception as error:
            if attempt == _TRIES - 1 or not is_version_conflict(error):
                raise
    raise AssertionError("the last try returns or raises")
