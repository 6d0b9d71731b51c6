"""How the edge looks after the keys of open streams, without processes."""

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any, cast

from gateway.pos.edge import Edge
from gateway.pos.keys import TerminalKey, TerminalKeys, TerminalName
from gateway.pos.streams import Stream

KEY = TerminalKey("k", 1)
TILLS = 40


class Open:
    """A stream that is only there, and notes how it is ended."""

    def __init__(self, number: int, ended: list[str]) -> None:
        self.caller = SimpleNamespace(name=("s1", f"t{number}"), key=KEY)
        self._ended = ended

    def end(self, _code: object, reason: str) -> None:
        self._ended.append(reason)


class Asked:
    """Stores, which notes when it was asked about which terminal, and the edge that asks."""

    def __init__(self, check_every_s: float) -> None:
        self.times: dict[TerminalName, float] = {}
        self.ended: list[str] = []
        self.revoked: set[TerminalName] = set()
        self._are_all = asyncio.Event()
        self.edge = Edge(TerminalKeys(self.look_up), cast(Any, None), check_every_s)

    async def look_up(self, name: TerminalName) -> TerminalKey | None:
        self.times[name] = asyncio.get_running_loop().time()
        if len(self.times) == TILLS:
            self._are_all.set()
        await asyncio.sleep(0)
        return None if name in self.revoked else KEY

    @contextlib.asynccontextmanager
    async def watched(self) -> Any:
        with contextlib.ExitStack() as streams:
            for number in range(TILLS):
                streams.enter_context(self.edge._registered(cast(Stream, Open(number, self.ended))))
            watch = asyncio.create_task(self.edge.watch())
            try:
                yield
            finally:
                watch.cancel()

    async def everybody(self) -> list[float]:
        await self._are_all.wait()
        return sorted(self.times.values())


def test_the_keys_of_open_streams_are_looked_at_evenly() -> None:
    async def run() -> None:
        asked = Asked(check_every_s=1)
        async with asyncio.timeout(30), asked.watched():
            times = await asked.everybody()
        assert times[-1] - times[0] > 0.5

    asyncio.run(run())


def test_after_a_doubt_all_are_looked_at_at_once_and_a_revoked_one_ends() -> None:
    async def run() -> None:
        asked = Asked(check_every_s=600)
        asked.revoked.add(("s1", "t7"))
        async with asyncio.timeout(30), asked.watched():
            await asyncio.sleep(0.05)
            asked.edge.doubt()
            await asked.everybody()
        assert asked.ended == ["TERMINAL_REVOKED"]

    asyncio.run(run())
