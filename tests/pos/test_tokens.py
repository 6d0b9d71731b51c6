"""Who gets in at the edge, and who does not."""

import asyncio
import base64
import json
import time
from dataclasses import replace
from typing import Any

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from posclient import Identity
from posclient.enrolment import token
from saleloop.stores.v1 import stores_service_pb2 as stores
from tests.pos.shop import Running, Shop
from tests.pos.wire import answers, refusal


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
