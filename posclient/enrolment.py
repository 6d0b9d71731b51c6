"""Becoming a terminal: a key made on the till, and the code that head office gave out."""

import asyncio
import base64
import hashlib
import json
import random
import secrets
import time
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from posclient.store import Identity, LocalStore

AUDIENCE = "saleloop-pos"
TOKEN_LIFE_S = 240
PATIENCE_S = 120.0
_LATER = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.CONFLICT, httpx.codes.SERVICE_UNAVAILABLE)


class EnrolmentRefused(Exception):
    """The platform did not accept the code; the text says why, `reason` is its name for it."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


async def enrol(store: LocalStore, http: httpx.AsyncClient, code: str) -> Identity:
    """Hand over the public key and keep what is answered. Safe to repeat when the answer was lost.

    The key is on disk before it is sent. Raises EnrolmentRefused, httpx.HTTPError when the platform is away, and
    RuntimeError while receipts of an earlier enrolment wait.
    """
    store.require_drained()
    private_key = store.pending_key(Ed25519PrivateKey.generate().private_bytes_raw())
    public_key = public_key_of(private_key)
    body = await _post(http, {"code": code, "public_key": public_key})
    enrolled = Identity(private_key, body["store_id"], body["terminal_id"], int(body["epoch"]))
    store.keep_identity(enrolled)
    return enrolled


async def _post(http: httpx.AsyncClient, request: dict[str, str]) -> dict[str, Any]:
    """The answer to the enrolment; waits when the platform asks for patience (many tills enrol at once)."""
    key = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:32]
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        answer = await http.post("/v1/public/terminals:enrol", json=request, headers={"Idempotency-Key": key})
        is_patient = answer.status_code in _LATER and "retry-after" in answer.headers and time.monotonic() < give_up_at
        if not is_patient:
            break
        # Jitter on top: tills that were told the same second must not come back in step.
        await asyncio.sleep(float(answer.headers["retry-after"]) * random.uniform(1, 2))  # noqa: S311  # spreads load
    if answer.status_code >= 500 or "retry-after" in answer.headers:
        answer.raise_for_status()
    body: dict[str, Any] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.status_code != httpx.codes.OK:
        raise EnrolmentRefused(str(body.get("reason", answer.status_code)), str(body.get("detail", answer.text)))
    return body


def token(identity: Identity) -> str:
    """A token for the next minutes, signed by the till itself."""
    now = int(time.time())
    claims = {
        "iss": f"{identity.store_id}/{identity.terminal_id}",
        "aud": AUDIENCE,
        "epoch": identity.epoch,
        "iat": now,
        "jti": secrets.token_urlsafe(9),
        "exp": now + TOKEN_LIFE_S,
    }
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(identity.private_key), algorithm="EdDSA")


def public_key_of(private_key: bytes) -> str:
    """base64url without padding, as the platform wants it."""
    raw = Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
