"""Calls to the services: one channel each, a deadline and a token of the caller's on every call."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from google.protobuf.message import Message

from chassis.errors import Unavailable
from chassis.principal import Principal
from chassis.rpc_client import Channel, Metadata, aio_channel, bearer
from gateway.http.callers import ServiceTokens
from gateway.http.operations import Operation

Call = Callable[..., Any]


class Upstream:
    """Must be made inside the event loop that uses it: grpc.aio serves one loop for each process (grpc/grpc#25364)."""

    def __init__(self, addresses: Mapping[str, str], operations: Iterable[Operation], tokens: ServiceTokens) -> None:
        self.channels: dict[str, Channel] = {
            service: aio_channel(address) for service, address in addresses.items() if address
        }
        self._tokens = tokens
        self._calls: dict[str, Call] = {
            operation.name: self._callable(operation) for operation in operations if operation.service in self.channels
        }

    def _callable(self, operation: Operation) -> Call:
        channel = self.channels[operation.service]
        make: Callable[..., Call] = channel.unary_stream if operation.is_stream else channel.unary_unary
        return make(
            operation.full_method,
            request_serializer=operation.request_class.SerializeToString,
            response_deserializer=operation.response_class.FromString,
        )

    def metadata(self, principal: Principal, service: str) -> tuple[tuple[str, str], ...]:
        """Call metadata that lets `principal` call `service`."""
        return bearer(self._tokens.token(principal, service))

    async def call(
        self,
        operation: Operation,
        request: Message,
        principal: Principal,
        timeout_seconds: float,
        told: Metadata = (),
    ) -> Message:
        """The service's answer; `told` goes along as metadata.

        Raises RemoteError with what the service told, or Unavailable without an address.
        """
        metadata = (*self.metadata(principal, operation.service), *told)
        answer: Message = await self._found(operation)(request, timeout=timeout_seconds, metadata=metadata)
        return answer

    def stream(self, operation: Operation, request: Message, principal: Principal, seconds: float) -> Any:
        """A call of grpc that brings answers until it is cancelled, for at most `seconds`. Raises Unavailable."""
        token = self._tokens.lasting(principal, operation.service, seconds)
        return self._found(operation)(request, timeout=seconds, metadata=bearer(token))

    def _found(self, operation: Operation) -> Call:
        call = self._calls.get(operation.name)
        if call is None:
            raise Unavailable("SERVICE_UNAVAILABLE", f"{operation.service} is not part of this installation")
        return call

    async def close(self) -> None:
        """Close every channel."""
        for channel in self.channels.values():
            await channel.close()
