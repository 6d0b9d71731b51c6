"""The till's own disk and its enrolment."""

from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posclient import EnrolmentRefused, Identity, LocalStore
from posclient.enrolment import enrol
from posclient.store import Batch
from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.pos.shop import sale

IDENTITY = Identity(b"k" * 32, "s1", "t1", 1)


def receipts_of(batch: Batch) -> list[pos.Receipt]:
    return [pos.Receipt.FromString(body) for body in batch.bodies]


def test_receipts_are_numbered_consecutively_over_restarts(tmp_path: Path) -> None:
    for first in (1, 4):
        store = LocalStore(tmp_path / "till.sqlite")
        assert store.add([sale()] * 3) == [first, first + 1, first + 2]
        store.close()


def test_a_batch_keeps_its_sequence_and_content_until_it_is_acknowledged(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "till.sqlite", batch_size=2)
    store.add([sale(1), sale(2), sale(3)])
    first = store.next_batch()
    store.close()
    store = LocalStore(tmp_path / "till.sqlite", batch_size=2)
    store.add([sale(4)])
    assert first is not None
    assert store.next_batch() == first
    second = store.next_batch(after=first.sequence)
    assert second is not None
    assert [receipt.number for receipt in receipts_of(second)] == [3, 4]
    store.acknowledge(first.sequence)
    assert store.next_batch() == second
    store.acknowledge(second.sequence)
    assert (store.next_batch(), store.waiting_count()) == (None, 0)


def test_a_batch_that_is_too_large_is_halved_and_a_single_receipt_set_aside() -> None:
    store = LocalStore(":memory:", batch_size=4)
    store.add([sale()] * 4)
    sizes = []
    while (batch := store.next_batch()) is not None:
        sizes.append(len(batch.bodies))
        store.split(batch.sequence)
    assert sorted(sizes) == [1, 1, 1, 1, 2, 2, 4]
    assert sorted(store.refused()) == [(number, "TOO_LARGE") for number in (1, 2, 3, 4)]


@given(st.lists(st.sampled_from(["add", "send", "acknowledge", "split", "again"]), max_size=40))
def test_no_receipt_is_ever_forgotten(steps: list[str]) -> None:
    store, handed_over, added = LocalStore(":memory:", batch_size=3), set(), 0
    batch = None
    for step in steps:
        if step == "add":
            added = store.add([sale()] * 2)[-1]
        elif step == "again":
            store.add_again([sale(number=1)] if added else [])
        elif step == "send":
            batch = store.next_batch()
        elif step == "split" and batch is not None and len(batch.bodies) > 1:
            store.split(batch.sequence)
            batch = None
        elif step == "acknowledge" and batch is not None:
            handed_over |= {receipt.number for receipt in receipts_of(batch)}
            store.acknowledge(batch.sequence)
            batch = None
    while (batch := store.next_batch()) is not None:
        handed_over |= {receipt.number for receipt in receipts_of(batch)}
        store.acknowledge(batch.sequence)
    assert handed_over == set(range(1, added + 1))


def test_a_new_epoch_numbers_from_one_and_waits_for_the_old_receipts() -> None:
    store = LocalStore(":memory:")
    store.keep_identity(IDENTITY)
    store.add([sale()])
    with pytest.raises(RuntimeError, match="waiting"):
        store.keep_identity(Identity(b"n" * 32, "s1", "t1", 2))
    batch = store.next_batch()
    assert batch is not None
    store.acknowledge(batch.sequence)
    store.keep_identity(Identity(b"n" * 32, "s1", "t1", 2))
    assert store.add([sale()]) == [1]


async def _enrol(store: LocalStore, *answers: httpx.Response | Exception) -> list[bytes]:
    """Enrol against a server that gives these answers; returns the requests' bodies."""
    waiting, bodies = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        next_answer = waiting.pop(0)
        if isinstance(next_answer, Exception):
            raise next_answer
        return next_answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://gateway") as http:
        try:
            await enrol(store, http, "CODE")
        except httpx.TransportError:
            await enrol(store, http, "CODE")
    return bodies


DONE = httpx.Response(200, json={"store_id": "s1", "terminal_id": "t1", "epoch": 1})


def test_enrolment_repeats_the_same_key_when_an_answer_is_lost_or_patience_is_asked() -> None:
    import asyncio

    store = LocalStore(":memory:")
    busy = httpx.Response(429, headers={"retry-after": "0.01"})
    bodies = asyncio.run(_enrol(store, httpx.ReadTimeout("lost"), busy, DONE))
    assert len(bodies) == 3
    assert len(set(bodies)) == 1
    found = store.identity()
    assert found is not None
    assert (found.store_id, found.epoch) == ("s1", 1)


def test_a_refused_code_is_told_with_its_reason() -> None:
    import asyncio

    refusal = httpx.Response(409, json={"reason": "ENROLMENT_CODE_USED", "detail": "used"})
    with pytest.raises(EnrolmentRefused) as caught:
        asyncio.run(_enrol(LocalStore(":memory:"), refusal))
    assert caught.value.reason == "ENROLMENT_CODE_USED"
