"""A till that is sometimes online: keeps a stream open, and sends what waits until it is acknowledged."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

import grpc
import grpc.aio
import httpx

from posclient.enrolment import enrol, token
from posclient.session import OnOutcomes, Session, SessionEnded
from posclient.store import Identity, LocalStore
from saleloop.pos.v1 import pos_service_pb2 as pos

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
_OPTIONS = (
    # Each till has a connection of its own, as it would have in a shop.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)


class Terminal:
    """Give receipts to `sell` at any time; `run` hands them over whenever there is a network.

    `on_outcomes` is called with what became of each batch's receipts, when the platform has counted them; what was
    counted while the till was away is not told. `refusals` counts by reason the batches that were refused so far.
    """

    def __init__(
        self, store: LocalStore, pos_address: str, *, secure: bool = False, on_outcomes: OnOutcomes = lambda _told: None
    ) -> None:
        self.store = store
        self._on_outcomes = on_outcomes
        self._address, self._secure = pos_address, secure
        self._wanted = asyncio.Event()  # set while the till may be online
        self._wanted.set()
        self._work = asyncio.Event()
        self._changed = asyncio.Event()
        self._session: Session | None = None
        self.connections = 0
        self.last_refusal = ""
        self.refusals: Counter[str] = Counter()

    @property
    def is_connected(self) -> bool:
        """True while the platform has welcomed this till."""
        return self._session is not None and self._session.is_welcome

    async def enrol(self, http: httpx.AsyncClient, code: str) -> Identity:
        """See posclient.enrolment.enrol."""
        return await enrol(self.store, http, code)

    def sell(self, receipts: Iterable[pos.Receipt]) -> list[int]:
        """Number and keep receipts; returns their numbers. Works offline, and never waits for the network."""
        numbers = self.store.add(receipts)
        self._work.set()
        return numbers

    def send_again(self, receipts: Iterable[pos.Receipt]) -> None:
        """Hand over receipts that may have been handed over before; the platform counts them once."""
        self.store.add_again(receipts)
        self._work.set()

    def go_offline(self) -> None:
        """Drop the connection and make no new one; selling goes on."""
        self._wanted.clear()
        if self._session is not None:
            self._session.hang_up()

    def go_online(self) -> None:
        """Connect again."""
        self._wanted.set()

    async def connected(self) -> None:
        """Return once the platform has welcomed this till."""
        while not self.is_connected:
            await self._next_change()

    async def disconnected(self) -> None:
        """Return once there is no connection; `last_refusal` tells why the platform ended it."""
        while self.is_connected:
            await self._next_change()

    async def drained(self) -> None:
        """Return once nothing waits any more."""
        while self.store.waiting_count():
            await self._next_change()

    async def run(self) -> None:
        """Stay connected until cancelled. A refused token is tried again too: the key may be let in again."""
        pause = FIRST_PAUSE_S
        while True:
            await self._wanted.wait()
            was_welcome = await self._one_connection()
            pause = FIRST_PAUSE_S if was_welcome else min(pause * 2, LONGEST_PAUSE_S)
            # Full jitter: after an outage the tills of a chain must not come back in step.
            await asyncio.sleep(random.uniform(0, pause))  # noqa: S311  # spreads load, protects nothing

    async def _one_connection(self) -> bool:
        identity = self.store.identity()
        if identity is None:
            raise RuntimeError("the till is not enrolled")
        channel = self._channel()
        session = self._session = Session(
            self.store, identity, self._work, self._tell, self._on_outcomes, self.refusals
        )
        try:
            await session.run(channel, token(identity))
        except SessionEnded as ended:
            self.last_refusal = ended.reason
        finally:
            self._session = None
            self._tell()
            with suppress(grpc.RpcError):
                await channel.close()
        self.connections += session.was_welcome
        return session.was_welcome

    def _channel(self) -> grpc.aio.Channel:
        if self._secure:
            return grpc.aio.secure_channel(self._address, grpc.ssl_channel_credentials(), options=_OPTIONS)
        return grpc.aio.insecure_channel(self._address, options=_OPTIONS)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _next_change(self) -> None:
        await self._changed.wait()
