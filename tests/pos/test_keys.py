"""The edge's memory of terminals' keys."""

import asyncio

import pytest

from chassis.errors import Unavailable
from gateway.pos.batches import partition_of, read_batch
from gateway.pos.keys import TerminalKey, TerminalKeys, TerminalName

NAME, KEY = ("s1", "t1"), TerminalKey("k", 1)


class Stores:
    """Answers look-ups, or is away; time is moved by hand."""

    def __init__(self) -> None:
        self.asked, self.time, self.is_away = 0, 0.0, False
        self.key: TerminalKey | None = KEY
        self.keys = TerminalKeys(self.look_up, now=lambda: self.time)

    async def look_up(self, name: TerminalName) -> TerminalKey | None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("KEYS_UNAVAILABLE")
        return self.key


def test_many_streams_ask_once_and_again_after_half_a_minute() -> None:
    async def run() -> None:
        stores = Stores()
        assert await asyncio.gather(*(stores.keys.get(NAME) for _ in range(50))) == [KEY] * 50
        assert stores.asked == 1
        stores.time = 31
        assert await stores.keys.get(NAME) == KEY
        assert stores.asked == 2

    asyncio.run(run())


def test_nobody_makes_the_edge_ask_more_often_than_every_two_seconds() -> None:
    async def run() -> None:
        stores = Stores()
        for _ in range(100):
            await stores.keys.get(NAME, max_age_s=0)
        assert stores.asked == 1
        stores.time = 2.1
        stores.key = None
        assert await stores.keys.get(NAME, max_age_s=0) is None

    asyncio.run(run())


def test_a_known_key_stays_good_for_ten_minutes_without_stores_and_an_unknown_one_is_not() -> None:
    async def run() -> None:
        stores = Stores()
        await stores.keys.get(NAME)
        stores.is_away, stores.time = True, 599
        assert await stores.keys.get(NAME) == KEY
        with pytest.raises(Unavailable):
            await stores.keys.get(("s2", "t1"))
        stores.time = 601
        with pytest.raises(Unavailable):
            await stores.keys.get(NAME)

    asyncio.run(run())


def test_a_doubted_key_is_asked_for_at_once_and_as_good_as_before_while_stores_is_away() -> None:
    async def run() -> None:
        stores = Stores()
        other = ("s2", "t2")
        await asyncio.gather(stores.keys.get(NAME), stores.keys.get(other))
        stores.keys.doubt(NAME)
        stores.keys.doubt(("s9", "unheard"))
        await asyncio.gather(stores.keys.get(NAME), stores.keys.get(other))
        assert stores.asked == 3
        await stores.keys.get(NAME)
        assert stores.asked == 3
        stores.keys.doubt()
        stores.is_away, stores.time = True, 599
        assert await stores.keys.get(NAME) == await stores.keys.get(other) == KEY

    asyncio.run(run())


def test_a_store_has_one_partition_of_64() -> None:
    partitions = {partition_of(f"S{number:05d}") for number in range(2_000)}
    assert partitions == {f"{number:02d}" for number in range(64)}


@pytest.mark.parametrize("body", [b"\xff", b"\x12\x02\x22", b"\x12\x04\x22\x02\xff\xfe", bytes(range(256))])
def test_bytes_that_are_no_batch_are_told_apart_and_never_raise(body: bytes) -> None:
    assert read_batch(body).request is None
