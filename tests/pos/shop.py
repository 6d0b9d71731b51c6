"""A chain of stores on a platform: stores, tills and what was counted, without the HTTP gateway."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from chassis.tokens import AccessTokenIssuer
from devstack.supervisor import Platform
from posclient import Identity, LocalStore, Terminal
from posclient.enrolment import public_key_of
from posclient.session import OnOutcomes
from posclient.signing import Signer
from posclient.store import Batch
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from saleloop.stores.v1.stores_service_pb2_grpc import StoresServiceStub

PERIOD: dict[str, Any] = {"first_day": "2000-01-01", "last_day": "2100-01-01"}
_NOT_SERVED = ("UNAVAILABLE", "DEADLINE_EXCEEDED")
PARTS = ["stores-rpc", "stores-ingest", "gateway-pos"]


class Shop:
    """Talks to stores as head office does."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._issuer = AccessTokenIssuer(platform.servers.secrets.access_private_key)
        self._stub: Any = StoresServiceStub(channel(platform.wiring.grpc_address("stores"), deadline_s=20))  # type: ignore[call-overload]  # the chassis stands in

    def call(self, rpc: str, request: Any, principal: Principal | None = None) -> Any:
        """An rpc of stores; as a director when nobody is named.

        Repeats, for a minute, what could not be served: the contract says so, and faults are what is tested here.
        """
        caller = principal or Principal("head-office", frozenset({"director"}))
        give_up_at = time.monotonic() + 60
        while True:
            token = self._issuer.issue(caller, "stores", timedelta(minutes=5))
            try:
                return getattr(self._stub, rpc)(request, metadata=bearer(token))
            except RemoteError as error:
                if error.code not in _NOT_SERVED or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.5)

    def open_stores(self, *names: str) -> None:
        """Stores in New York that sell in dollars."""
        self.call(
            "BatchPutStores",
            stores.BatchPutStoresRequest(
                stores=[
                    stores.Store(id=name, name=name, region="East", time_zone="America/New_York", currency_code="USD")
                    for name in names
                ]
            ),
        )

    def enrol(self, store: str, terminal: str = "t1") -> Identity:
        """A new key for a till."""
        key = stores.TerminalKey(store_id=store, terminal_id=terminal)
        codes = self.call(
            "BatchCreateEnrolmentCodes", stores.BatchCreateEnrolmentCodesRequest(terminals=[key])
        ).enrolment_codes
        private_key = Ed25519PrivateKey.generate().private_bytes_raw()
        enrolled = self.call(
            "EnrolTerminal",
            stores.EnrolTerminalRequest(code=codes[0].code, public_key=public_key_of(private_key)),
            Principal("public", frozenset({"public"})),
        )
        return Identity(private_key, store, terminal, enrolled.epoch)

    def till(
        self,
        store: str,
        terminal: str = "t1",
        *,
        batch_size: int = 100,
        on_outcomes: OnOutcomes = lambda _told: None,
    ) -> Terminal:
        """An enrolled till with its own disk (in memory)."""
        local = LocalStore(":memory:", batch_size=batch_size)
        local.keep_identity(self.enrol(store, terminal))
        return Terminal(local, self.platform.pos_address, on_outcomes=on_outcomes)

    def terminal(self, store: str, terminal: str = "t1") -> stores.Terminal:
        """What stores knows of a till."""
        request = stores.GetTerminalRequest(store_id=store, terminal_id=terminal)
        found: stores.Terminal = self.call("GetTerminal", request).terminal
        return found

    def ranking(self) -> stores.GetRankingResponse:
        """All stores by revenue, ever."""
        answer: stores.GetRankingResponse = self.call("GetRanking", stores.GetRankingRequest(page_size=1000, **PERIOD))
        return answer

    def wait_for(self, is_so: Callable[[], bool], timeout: float = 60) -> None:
        """Return when it is so. Raises AssertionError when that takes too long."""
        give_up_at = time.monotonic() + timeout
        while not is_so():
            assert time.monotonic() < give_up_at, "it did not come to pass in time"
            time.sleep(0.1)

    def wait_for_receipts(self, count: int, timeout: float = 60) -> stores.GetRankingResponse:
        """The ranking once it holds so many receipts."""
        self.wait_for(lambda: self.ranking().total_receipts >= count, timeout)
        return self.ranking()


def sale(amount: int = 349, **changes: Any) -> pos.Receipt:
    """A sale of one line, one minute ago."""
    receipt = pos.Receipt(
        kind=pos.RECEIPT_KIND_SALE,
        currency_code="USD",
        total_minor=amount,
        lines=[pos.ReceiptLine(sku="sku-1", quantity_milli=1000, amount_minor=amount)],
    )
    receipt.till_time.FromSeconds(int(time.time()) - 60)
    receipt.MergeFrom(pos.Receipt(**changes))
    return receipt


def signed(identity: Identity, challenge: bytes, sequence: int, *receipts: pos.Receipt) -> bytes:
    """A batch as a till puts it on its stream."""
    batch = Batch(sequence, tuple(receipt.SerializeToString() for receipt in receipts))
    return Signer(identity).request(batch, challenge).SerializeToString()


class Running:
    """Tills that run while the block does."""

    def __init__(self, *tills: Terminal) -> None:
        self._tills = tills
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        self._tasks = [asyncio.create_task(till.run()) for till in self._tills]

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
