"""Tills, the edge, the broker and ingestion together, as processes."""

import asyncio
import base64
import json
import time
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.publishing import Outcome, Outgoing, Publisher
from chassis.queues import messages_ready
from chassis.topology import POS_EXCHANGE
from gateway.pos.batches import partition_of
from posclient import Identity
from posclient.enrolment import token
from posclient.signing import Signer
from posclient.store import Batch
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from tests.pos.shop import PERIOD, Running, Shop, sale, signed
from tests.pos.wire import Message, answers, refusal


def test_receipts_of_a_till_are_counted_once_although_it_repeats_them(shop: Shop) -> None:
    shop.open_stores("once")
    till = shop.till("once", batch_size=7)
    receipts = [sale(amount) for amount in range(1, 51)]

    async def sell() -> None:
        async with Running(till):
            numbers = till.sell(receipts)
            assert numbers == list(range(1, 51))
            await till.drained()
            for number, receipt in zip(numbers, receipts, strict=True):
                receipt.number = number
            till.send_again(receipts[10:30])
            await till.drained()

    asyncio.run(asyncio.wait_for(sell(), 30))
    shop.wait_for(lambda: shop.terminal("once").duplicates == 20)
    terminal = shop.terminal("once")
    assert (terminal.accepted, terminal.conflicts, terminal.rejected) == (50, 0, 0)
    assert [(r.first, r.last) for r in terminal.seen] == [(1, 50)]
    mine = next(store for store in shop.ranking().stores if store.store_id == "once")
    assert (mine.revenue_minor, mine.receipts) == (sum(range(1, 51)), 50)


def test_a_connected_till_without_sales_counts_as_heard(shop: Shop) -> None:
    shop.open_stores("silent")
    till = shop.till("silent")

    async def connect() -> None:
        async with Running(till):
            await till.connected()

    asyncio.run(asyncio.wait_for(connect(), 30))
    shop.wait_for(lambda: shop.terminal("silent").HasField("heard_time"))
    answer = shop.ranking()
    assert answer.coverage.terminals_heard >= 1
    assert next(store for store in answer.stores if store.store_id == "silent").receipts == 0


def test_a_till_sells_offline_and_catches_up(shop: Shop) -> None:
    shop.open_stores("offline")
    till = shop.till("offline")

    async def sell() -> None:
        async with Running(till):
            await till.connected()
            till.go_offline()
            till.sell([sale(10)] * 250)
            await asyncio.sleep(0.5)
            assert till.store.waiting_count() == 250
            till.go_online()
            await till.drained()

    asyncio.run(asyncio.wait_for(sell(), 30))
    shop.wait_for(lambda: shop.terminal("offline").accepted == 250)
    assert till.connections >= 1


def test_bad_receipts_are_kept_with_their_reason_and_stop_nothing(shop: Shop) -> None:
    shop.open_stores("bad")
    till = shop.till("bad")
    wrong_time = sale(1)
    wrong_time.till_time.FromSeconds(-2_208_988_800)  # 1900
    far_time = sale(1)
    far_time.till_time.FromSeconds(253_370_764_800)  # 9999
    bad = {
        "TOTAL_DIFFERS_FROM_LINES": sale(5, total_minor=6),
        "CURRENCY_WRONG": sale(5, currency_code="EUR"),
        "AMOUNT_TOO_LARGE": sale(2**63 - 1),
        "TIME_UNBELIEVABLE": wrong_time,
        "QUANTITY_NEGATIVE": sale(0, lines=[pos.ReceiptLine(sku="a", quantity_milli=-1)], kind=pos.RECEIPT_KIND_SALE),
    }

    async def sell() -> None:
        async with Running(till):
            till.sell([*bad.values(), far_time, sale(77)])
            await till.drained()

    asyncio.run(asyncio.wait_for(sell(), 30))
    shop.wait_for(lambda: shop.terminal("bad").accepted == 1)
    terminal = shop.terminal("bad")
    assert (terminal.rejected, list(terminal.missing)) == (6, [])
    problems = shop.call("ListReceiptProblems", stores.ListReceiptProblemsRequest(store_id="bad")).receipt_problems
    assert {problem.reason for problem in problems} == bad.keys()
    assert {problem.outcome for problem in problems} == {"REJECTED"}


def test_batches_that_cannot_be_taken_are_refused_one_by_one(shop: Shop) -> None:
    shop.open_stores("limits")
    me = shop.enrol("limits")
    not_utf8 = Batch(5, (b"\x22\x04\xff\xfe\xfd\xfc",))
    sent: list[Message] = [
        lambda challenge: signed(me, challenge, 1, *[sale(1)] * 501),
        lambda challenge: signed(me, challenge, 2, sale(1, coupon_codes=["x" * 5_000_000])),
        lambda challenge: Signer(me).request(not_utf8, challenge).SerializeToString(),
        lambda _challenge: b"\xff" * 9,
        lambda challenge: signed(me, challenge, 3, sale(1, number=1)),
    ]
    found = asyncio.run(answers(shop, f"Bearer {token(me)}", *sent))
    refused = sorted((a.refused.batch_sequence, a.refused.reason) for a in found if a.HasField("refused"))
    assert refused == [(0, "UNREADABLE"), (1, "TOO_LARGE"), (2, "TOO_LARGE"), (5, "UNREADABLE")]
    assert [a.acknowledged.batch_sequence for a in found if a.HasField("acknowledged")] == [3]


def test_tokens_that_are_not_the_terminals_own_are_refused(shop: Shop) -> None:
    shop.open_stores("mine", "other")
    mine, other = shop.enrol("mine"), shop.enrol("other")
    thief = replace(mine, private_key=Ed25519PrivateKey.generate().private_bytes_raw())
    moved = replace(other, store_id="mine")  # the other store's key under this store's name
    unknown = replace(mine, terminal_id="t9")
    refused = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")
    assert refusal(shop, f"Bearer {token(thief)}") == refused
    assert refusal(shop, f"Bearer {token(moved)}") == refused
    assert refusal(shop, f"Bearer {token(replace(mine, epoch=2))}") == refused
    assert refusal(shop, f"Bearer {token(unknown)}")[1] == "TERMINAL_UNKNOWN"
    assert refusal(shop, "Bearer nonsense") == refused
    assert refusal(shop, "")[1] == "TOKEN_MISSING"
    assert refusal(shop, f"Bearer {_unsigned(mine)}") == refused
    assert refusal(shop, f"Bearer {_signed(mine, exp=int(time.time()) - 3600)}")[1] == "TOKEN_EXPIRED"
    assert refusal(shop, f"Bearer {_signed(mine, exp=int(time.time()) + 3600)}")[1] == "TOKEN_LIVES_TOO_LONG"
    assert refusal(shop, f"Bearer {_signed(mine, aud='stores')}") == refused


def _claims(identity: Identity) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token(identity), options={"verify_signature": False})
    return claims


def _signed(identity: Identity, **changes: Any) -> str:
    key = Ed25519PrivateKey.from_private_bytes(identity.private_key)
    return jwt.encode(_claims(identity) | changes, key, algorithm="EdDSA")


def _unsigned(identity: Identity) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, _claims(identity))
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def test_a_new_enrolment_lets_the_new_key_in_and_the_old_one_out(shop: Shop) -> None:
    shop.open_stores("replaced")
    old = shop.enrol("replaced")
    assert asyncio.run(answers(shop, f"Bearer {token(old)}")) == []
    new = shop.enrol("replaced")
    assert new.epoch == 2
    time.sleep(2.1)  # the edge asks for a key at most every 2 s
    assert asyncio.run(answers(shop, f"Bearer {token(new)}")) == []
    assert refusal(shop, f"Bearer {token(old)}")[1] == "TOKEN_INVALID"


def test_a_revoked_terminal_is_not_let_in(shop: Shop) -> None:
    shop.open_stores("revoked")
    identity = shop.enrol("revoked")
    shop.call(
        "RevokeTerminal", stores.RevokeTerminalRequest(store_id="revoked", terminal_id="t1", why="stolen from the shop")
    )
    assert refusal(shop, f"Bearer {token(identity)}")[1] == "TERMINAL_UNKNOWN"
    assert shop.terminal("revoked").state == stores.TERMINAL_STATE_REVOKED


def test_an_open_stream_ends_soon_after_its_terminal_is_revoked(shop: Shop) -> None:
    shop.open_stores("stolen")
    till = shop.till("stolen")
    request = stores.RevokeTerminalRequest(store_id="stolen", terminal_id="t1", why="stolen from the shop")

    async def watch() -> None:
        async with Running(till):
            await till.connected()
            await asyncio.to_thread(shop.call, "RevokeTerminal", request)
            await till.disconnected()

    asyncio.run(asyncio.wait_for(watch(), 15))
    assert till.last_refusal == "TERMINAL_REVOKED"


def test_a_message_that_nobody_can_read_is_parked_and_stops_nothing(shop: Shop) -> None:
    shop.open_stores("after")
    url = shop.platform.servers.amqp_url()
    publisher = Publisher(url, "test")
    publisher.start()
    assert publisher.wait_connected(10)
    nameless = ingest.AuthenticatedBatch(receipts=[sale(1, number=1)]).SerializeToString()
    homeless = ingest.AuthenticatedBatch(store_id="gone", terminal_id="t1", epoch=1, receipts=[sale(1, number=1)])
    homeless.receive_time.GetCurrentTime()
    for number, body in enumerate((b"\xff\x00junk", b"", nameless, homeless.SerializeToString())):
        message = Outgoing(POS_EXCHANGE, partition_of("after"), body, f"junk-{number}", {})
        assert publisher.publish_and_wait(message) is Outcome.CONFIRMED
    publisher.stop()
    till = shop.till("after")

    async def sell() -> None:
        async with Running(till):
            till.sell([sale(5)])
            await till.drained()

    asyncio.run(asyncio.wait_for(sell(), 30))
    shop.wait_for(lambda: shop.terminal("after").accepted == 1)
    shop.wait_for(lambda: messages_ready(url, ["stores.parked"]) == 4)


def test_figures_answer_for_every_hour_and_store(shop: Shop) -> None:
    hourly = shop.call("GetHourlyFigures", stores.GetHourlyFiguresRequest(**PERIOD)).figures
    assert [(f.weekday, f.hour) for f in hourly] == [(day, hour) for day in range(1, 8) for hour in range(24)]
    ranked = shop.ranking()
    assert sum(f.revenue_minor for f in hourly) == ranked.total_revenue_minor
    skus = shop.call("ListSkuFigures", stores.ListSkuFiguresRequest(**PERIOD)).figures
    assert sum(f.revenue_minor for f in skus) == ranked.total_revenue_minor
    assert sum(f.units_milli for f in skus) == sum(f.units_milli for f in hourly) > 0
