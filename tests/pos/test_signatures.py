"""Batches that are not what the terminal signed for this stream: all refused, and the good one beside them is taken."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.pos.batches import BatchRefused, ReadBatch, read_batch, unseal
from gateway.pos.keys import TerminalKey
from gateway.pos.repeats import Repeats
from gateway.pos.tokens import Caller
from posclient import Identity
from posclient.enrolment import public_key_of, token
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from tests.pos.shop import Shop, sale, signed
from tests.pos.wire import answers, refusal

CHALLENGE = b"c" * 16
ME = Identity(Ed25519PrivateKey.from_private_bytes(b"m" * 32).private_bytes_raw(), "s1", "t1", 3)
CALLER = Caller("s1", "t1", TerminalKey(public_key_of(ME.private_key), 3))


def verdict(body: bytes, challenge: bytes = CHALLENGE) -> str:
    """Why the edge refuses these bytes; empty when it takes them."""
    try:
        unseal(read_batch(body), CALLER, challenge)
    except BatchRefused as refused:
        return refused.reason
    return ""


def test_the_content_goes_through_byte_by_byte() -> None:
    body = signed(ME, CHALLENGE, 7, sale(5, number=1), sale(6, number=2))
    sealed = unseal(read_batch(body), CALLER, CHALLENGE)
    assert (sealed.batch_sequence, sealed.receipts) == (7, 2)
    assert sealed.content == pos.StreamReceiptsRequest.FromString(body).content


def test_every_forgery_is_refused() -> None:
    receipt = sale(5, number=1)
    good = pos.StreamReceiptsRequest.FromString(signed(ME, CHALLENGE, 7, receipt))
    assert verdict(good.SerializeToString()) == ""
    thief = replace(ME, private_key=b"t" * 32)
    unsigned = pos.StreamReceiptsRequest(batch_sequence=7, content=good.content)
    old_form = pos.StreamReceiptsRequest(batch_sequence=7, receipts=[receipt])
    assert verdict(signed(thief, CHALLENGE, 7, receipt)) == "SIGNATURE_INVALID"
    assert verdict(good.SerializeToString(), challenge=b"d" * 16) == "SIGNATURE_INVALID"
    assert verdict(unsigned.SerializeToString()) == "SIGNATURE_INVALID"
    assert verdict(old_form.SerializeToString()) == "SIGNATURE_INVALID"
    for other in (replace(ME, store_id="s2"), replace(ME, terminal_id="t2"), replace(ME, epoch=2)):
        assert verdict(signed(other, CHALLENGE, 7, receipt)) == "NOT_YOURS"
    good.batch_sequence = 8
    assert verdict(good.SerializeToString()) == "NOT_YOURS"


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_altered_batch_is_ever_taken(data: st.DataObject) -> None:
    good = signed(ME, CHALLENGE, 7, *[sale(5, number=n, member_id="m1") for n in range(1, 4)])
    altered = bytearray(good)
    for place, bits in data.draw(
        st.lists(st.tuples(st.integers(0, len(good) - 1), st.integers(1, 255)), min_size=1, max_size=5)
    ):
        altered[place] ^= bits
    if bytes(altered) == good:
        return
    found = read_batch(bytes(altered))
    if found.request is not None and found.request.content == pos.StreamReceiptsRequest.FromString(good).content:
        return  # only what is not signed changed, such as the length's spelling
    assert verdict(bytes(altered)) in ("SIGNATURE_INVALID", "UNREADABLE")


@given(st.binary(max_size=400))
@settings(max_examples=500, deadline=None)
def test_random_bytes_are_refused_and_never_raise_anything_else(body: bytes) -> None:
    assert verdict(body) in ("UNREADABLE", "SIGNATURE_INVALID")
    signed_junk = pos.StreamReceiptsRequest(batch_sequence=1, content=body)
    key = Ed25519PrivateKey.from_private_bytes(ME.private_key)
    signed_junk.signature = key.sign(b"saleloop.pos.v1.batch\0" + CHALLENGE + body)
    assert verdict(signed_junk.SerializeToString()) in ("UNREADABLE", "NOT_YOURS")
    assert isinstance(read_batch(body), ReadBatch)


@given(st.lists(st.integers(1, 200), max_size=400))
def test_a_stream_takes_no_sequence_twice(sequences: list[int]) -> None:
    repeats, taken = Repeats(), set()
    for sequence in sequences:
        if repeats.take(sequence):
            assert sequence not in taken
            taken.add(sequence)


def test_a_recorded_batch_is_refused_on_every_stream(shop: Shop) -> None:
    shop.open_stores("recorded")
    me = shop.enrol("recorded")
    recorded: list[bytes] = []

    def once(challenge: bytes) -> bytes:
        recorded.append(signed(me, challenge, 1, sale(9, number=1)))
        return recorded[0]

    def again(_challenge: bytes) -> bytes:
        return recorded[0]

    def altered(challenge: bytes) -> bytes:
        return signed(me, challenge, 2, sale(9, number=2)).replace(b"sku-1", b"sku-2")

    bearer = f"Bearer {token(me)}"
    first = asyncio.run(answers(shop, bearer, once, again, altered))
    second = asyncio.run(answers(shop, bearer, again, lambda c: signed(me, c, 1, sale(9, number=1))))
    assert [a.acknowledged.batch_sequence for a in first if a.HasField("acknowledged")] == [1]
    assert sorted(a.refused.reason for a in first if a.HasField("refused")) == ["REPLAYED", "SIGNATURE_INVALID"]
    # The till itself may repeat over a new connection, since it signs anew.
    assert [a.acknowledged.batch_sequence for a in second if a.HasField("acknowledged")] == [1]
    assert [a.refused.reason for a in second if a.HasField("refused")] == ["SIGNATURE_INVALID"]
    shop.wait_for(lambda: shop.terminal("recorded").duplicates == 1)
    assert shop.terminal("recorded").accepted == 1


def test_a_stolen_key_stops_within_five_seconds_of_its_revocation(shop: Shop) -> None:
    shop.open_stores("robbed")
    me = shop.enrol("robbed")
    request = stores.RevokeTerminalRequest(store_id="robbed", terminal_id="t1", why="stolen")
    assert _time_until_end(shop, me, lambda: shop.call("RevokeTerminal", request)) < 5
    assert refusal(shop, f"Bearer {token(me)}")[1] == "TERMINAL_UNKNOWN"


def test_a_second_enrolment_ends_the_streams_of_the_first(shop: Shop) -> None:
    shop.open_stores("cloned")
    me = shop.enrol("cloned")
    assert _time_until_end(shop, me, lambda: shop.enrol("cloned")) < 5
    assert refusal(shop, f"Bearer {token(me)}")[1] == "TOKEN_INVALID"


def _time_until_end(shop: Shop, me: Identity, act: Callable[[], object]) -> float:
    """Seconds from `act` until a stream that never stops sending is ended; nothing is taken afterwards."""

    async def send(call: Any, challenge: bytes) -> None:
        for sequence in range(1, 1_000):
            await call.write(signed(me, challenge, sequence, sale(1, number=sequence)))
            await asyncio.sleep(0.02)

    async def run() -> float:
        async with grpc.aio.insecure_channel(shop.platform.pos_address) as channel:
            call: Any = channel.stream_stream(
                "/saleloop.pos.v1.PosService/StreamReceipts",
                response_deserializer=pos.StreamReceiptsResponse.FromString,
            )(metadata=(("authorization", f"Bearer {token(me)}"),))
            sender = asyncio.create_task(send(call, (await call.read()).welcome.challenge))
            await asyncio.sleep(0.5)
            begin = time.monotonic()
            await asyncio.to_thread(act)
            # Nothing is read meanwhile: a thief need not be polite.
            code = await asyncio.wait_for(call.code(), 15)
            sender.cancel()
            # grpc tells INTERNAL when the end meets a message that is being written.
            assert code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.INTERNAL)
            return time.monotonic() - begin

    return asyncio.run(run())
