"""A till without a stream: posts a batch over HTTP, and again until it is acknowledged."""

import asyncio
from collections.abc import Iterator

import httpx

from posclient import Identity
from posclient.simple import send_batch
from possim.ledger import Ledger
from saleloop.pos.v1 import pos_service_pb2 as pos

_BATCH = 5
_PAUSE_S = 0.3
_TIMEOUT_S = 10.0


class SimpleTill:
    """Lives on one event loop; its receipts stand in the ledger from their first try on."""

    def __init__(self, identity: Identity, url: str, receipts: Iterator[pos.Receipt], ledger: Ledger) -> None:
        self._identity, self._url, self._receipts, self._ledger = identity, url, receipts, ledger
        self._sequence, self._number = 0, 0
        self._waiting: list[pos.Receipt] = []
        ledger.open(identity.store_id, identity.terminal_id)

    async def keep_selling(self, stop: asyncio.Event) -> None:
        """One batch after the other until `stop` is set; the last may still wait then."""
        async with httpx.AsyncClient(base_url=self._url, timeout=_TIMEOUT_S) as http:
            while not stop.is_set():
                if not self._waiting:
                    self._sell()
                await self._try(http)
                await asyncio.sleep(_PAUSE_S)

    async def drained(self) -> None:
        """Return once nothing waits any more."""
        async with httpx.AsyncClient(base_url=self._url, timeout=_TIMEOUT_S) as http:
            while self._waiting:
                await self._try(http)
                await asyncio.sleep(_PAUSE_S if self._waiting else 0)

    def _sell(self) -> None:
        self._sequence += 1
        for _ in range(_BATCH):
            self._number += 1
            self._waiting.append(next(self._receipts))
            self._waiting[-1].number = self._number
        me = self._identity
        self._ledger.good(me.store_id, me.terminal_id, ((each.number, each) for each in self._waiting))

    async def _try(self, http: httpx.AsyncClient) -> None:
        try:
            await send_batch(http, self._identity, self._sequence, self._waiting)
        except httpx.TransportError:
            return  # perhaps taken, perhaps not
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                raise
            return
        self._waiting = []
