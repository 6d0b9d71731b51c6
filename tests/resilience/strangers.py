"""What comes from those who are not who they say: recorded, altered and repeated batches on raw streams."""

import asyncio
import random
from collections import Counter
from typing import Any

import grpc
import grpc.aio

from posclient import Identity, LocalStore, Terminal
from posclient.enrolment import token
from posclient.signing import Signer
from posclient.store import Batch
from possim import chain as sim
from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.resilience.selling import SellingChain, believable

_METHOD = "/saleloop.pos.v1.PosService/StreamReceipts"
_SAID_WITHIN_S = 60.0


class OtherTill:
    """A till beside those that sell by themselves, of the chain's first store; its receipts stand in the ledger."""

    def __init__(self, chain: SellingChain, terminal: str, seed: int, *, store: str = "") -> None:
        self.chain = chain
        self.name = (store or chain.names[0][0], terminal)
        self._goods = believable(seed)
        chain.ledger.open(*self.name)

    def enrol(self) -> Identity:
        """A new key, a new epoch."""
        return self.chain.ask(sim.enrol(self.chain.director, [self.name], lambda _count: None))[self.name]

    def receipts(self, first: int, last: int) -> list[pos.Receipt]:
        """Good ones with these numbers, each time others."""
        made = []
        for number in range(first, last + 1):
            made.append(next(self._goods))
            made[-1].number = number
        return made

    def must_count(self, receipts: list[pos.Receipt]) -> None:
        """The platform has acknowledged these."""
        self.chain.ledger.good(*self.name, ((receipt.number, receipt) for receipt in receipts))

    def seen(self) -> list[list[int]]:
        """The numbers of the present epoch that the platform has seen, as ranges."""
        store, terminal = self.name
        found = self.chain.director.get(f"/v1/stores/{store}/terminals/{terminal}")["terminal"]
        return [[int(each["first"]), int(each["last"])] for each in found.get("seen", [])]


class Device:
    """The reference client on a disk of its own; runs until `unplug`. Lives where the tills live."""

    def __init__(self, till: OtherTill, identity: Identity) -> None:
        self.chain = till.chain

        async def plug() -> Terminal:
            local = LocalStore(":memory:", batch_size=10)
            local.keep_identity(identity)
            client = Terminal(local, self.chain.platform.pos_address)
            self._running = asyncio.create_task(client.run())
            return client

        self.client = self.chain.ask(plug())

    def sell(self, receipts: list[pos.Receipt]) -> None:
        """Under the numbers that the receipts have."""

        async def sell() -> None:
            self.client.send_again(receipts)

        self.chain.ask(sell())

    def drain(self) -> None:
        """Until everything is acknowledged."""
        self.chain.ask(self.client.drained(), _SAID_WITHIN_S)

    def waiting(self) -> int:
        """Receipts that are not acknowledged."""

        async def count() -> int:
            return self.client.store.waiting_count()

        return self.chain.ask(count())

    def unplug(self) -> None:
        """End it."""
        self.chain.ask(self._end())

    async def _end(self) -> None:
        self._running.cancel()
        await asyncio.wait({self._running})


async def say(address: str, identity: Identity, make: Any) -> list[pos.StreamReceiptsResponse]:
    """The edge's answers, but for its welcome and outcomes, to the raw messages that `make(challenge)` gives."""
    found: list[pos.StreamReceiptsResponse] = []
    async with grpc.aio.insecure_channel(address) as channel:
        call: Any = channel.stream_stream(_METHOD, response_deserializer=pos.StreamReceiptsResponse.FromString)(
            metadata=(("authorization", f"Bearer {token(identity)}"),)
        )
        messages = make((await call.read()).welcome.challenge)
        writer = asyncio.create_task(_write(call, messages))
        while len(found) < len(messages):
            answer = await asyncio.wait_for(call.read(), _SAID_WITHIN_S)
            assert answer is not grpc.aio.EOF, await call.details()
            if answer.WhichOneof("message") in ("acknowledged", "refused"):
                found.append(answer)
        await writer
        await call.done_writing()
    return found


async def _write(call: Any, messages: list[bytes]) -> None:
    for message in messages:
        await call.write(message)


def signed(identity: Identity, challenge: bytes, sequence: int, receipts: list[pos.Receipt]) -> bytes:
    """A batch as the till puts it on the stream that was welcomed with this challenge."""
    batch = Batch(sequence, tuple(receipt.SerializeToString() for receipt in receipts))
    return Signer(identity).request(batch, challenge).SerializeToString()


def altered(message: bytes, chance: random.Random) -> bytes:
    """The same with one byte changed."""
    place = chance.randrange(len(message))
    return message[:place] + bytes([message[place] ^ chance.randint(1, 255)]) + message[place + 1 :]


def tally(answers: list[pos.StreamReceiptsResponse]) -> Counter[str]:
    """Acknowledgements, and refusals by reason."""
    return Counter(each.refused.reason if each.HasField("refused") else "ACKNOWLEDGED" for each in answers)
