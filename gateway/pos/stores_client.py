"""What the edge asks of stores: terminals' keys, and what became of receipts."""

from datetime import timedelta
from typing import Any

from chassis.errors import Unavailable
from chassis.principal import Principal
from chassis.rpc_client import Channel, RemoteError, bearer
from chassis.tokens import AccessTokenIssuer
from contracts.roles import Role
from gateway.pos.keys import TerminalKey, TerminalName
from saleloop.stores.v1 import stores_service_pb2 as stores
from saleloop.stores.v1.stores_service_pb2_grpc import StoresServiceStub

LOOKUP_TIMEOUT_S = 3.0
_EDGE = Principal("gateway-pos", frozenset({Role.GATEWAY.value}))


class StoresClient:
    """Calls stores as the gateway itself."""

    def __init__(self, channel: Channel, access_private_key: str) -> None:
        self._stub: Any = StoresServiceStub(channel)  # type: ignore[call-overload]  # stands in for grpc's own channel
        self._issuer = AccessTokenIssuer(access_private_key)

    async def key_of(self, name: TerminalName) -> TerminalKey | None:
        """The terminal's key, or None when there is no such terminal or its door is closed. Raises Unavailable."""
        request = stores.GetTerminalRequest(store_id=name[0], terminal_id=name[1])
        try:
            answer = await self._stub.GetTerminal(request, timeout=LOOKUP_TIMEOUT_S, metadata=self._token())
        except RemoteError as error:
            if error.code == "NOT_FOUND":
                return None
            raise Unavailable("KEYS_UNAVAILABLE", "the terminal's key cannot be looked up now") from error
        terminal = answer.terminal
        if terminal.state != stores.TERMINAL_STATE_ENROLLED or not terminal.public_key:
            return None
        counted = terminal.seen[0].last if terminal.seen and terminal.seen[0].first == 1 else 0
        return TerminalKey(terminal.public_key, terminal.epoch, counted)

    def _token(self) -> tuple[tuple[str, str], ...]:
        return bearer(self._issuer.issue(_EDGE, "stores", timedelta(minutes=1)))
