"""What the edge asks of stores: terminals' keys, and what became of receipts."""

from datetime import timedelta
from typing import Any

from chassis.errors import Unavailable
from chassis.principal import Principal
from chassis.rpc_client import Channel, RemoteError, bearer
from chassis.tokens import AccessTokenIssuer
from contracts.roles import Role
from gateway.pos.keys import TerminalKey, TerminalName
from gateway.pos.tokens import Caller
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from saleloop.stores.v1.stores_service_pb2_grpc import StoresServiceStub

LOOKUP_TIMEOUT_S = 3.0
MAX_OUTCOMES = 1_000
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
        wanted = tuple((each.first, each.last) for each in terminal.wanted)
        return TerminalKey(terminal.public_key, terminal.epoch, counted, wanted)

    async def outcomes_of(self, caller: Caller, first: int, last: int) -> list[pos.ReceiptOutcome]:
        """What became of these numbers of a terminal, at most 1,000 outcomes. Raises RemoteError."""
        request = stores.ListReceiptOutcomesRequest(
            store_id=caller.store_id,
            terminal_id=caller.terminal_id,
            epoch=caller.key.epoch,
            first=first,
            last=last,
            page_size=MAX_OUTCOMES,
        )
        answer = await self._stub.ListReceiptOutcomes(request, timeout=LOOKUP_TIMEOUT_S, metadata=self._token())
        return list(answer.outcomes)

    def _token(self) -> tuple[tuple[str, str], ...]:
        return bearer(self._issuer.issue(_EDGE, "stores", timedelta(minutes=1)))
