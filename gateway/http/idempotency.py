"""Idempotency-Key: the same request under the same key has one effect and one answer.

The services recognise repeated requests themselves (request_id, AIP-155); this keeps answers for callers of every
POST, so its writes are not majority writes. What is kept is unreadable without the gateway's key: fingerprints are
keyed, since a login's body could be guessed from a plain one, and answers are encrypted.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pymongo
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import logs
from chassis.clocks import real_clock
from gateway.http.answers import Answer
from gateway.http.refusals import Refusal, try_again, unreadable

COLLECTION = "idempotency"
_KEEP = timedelta(hours=24)
_LEASE = timedelta(seconds=35)  # longer than the longest operation; then the process that had it is gone
_WAIT_SECONDS, _POLL_SECONDS = 2.0, 0.05
_MAX_KEY_LENGTH = 255
_MAX_KEPT_BYTES = 4 * 1024 * 1024
_NONCE_BYTES = 12
_GLIMPSE_S = 0.25

log = logs.get_logger(__name__)


class Idempotency:
    """Answers by key, in the gateway's database."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], secret: bytes) -> None:
        self._answers: AsyncCollection[dict[str, Any]] = database[COLLECTION].with_options(
            write_concern=WriteConcern(w=1)
        )
        self._mac_key = hashlib.sha256(b"idempotency fingerprint\0" + secret).digest()
        self._cipher = AESGCM(hashlib.sha256(b"idempotency answer\0" + secret).digest())

    async def prepare(self) -> None:
        """Make the index that forgets answers after a day."""
        await self._answers.create_index("expire_time", expireAfterSeconds=0)

    async def once(self, scope: str, key: str, request: bytes, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """The kept answer to `request` under `key`, or that of `work`, which then runs exactly here.

        Raises Refusal: 400 for an unusable key, 422 when the key belongs to another request, 409 while the first
        request with this key is not finished.
        """
        if not 0 < len(key) <= _MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
            raise unreadable("Idempotency-Key must be 1 to 255 visible ASCII characters")
        entry_id, fingerprint = self._mac(f"{scope}\0{key}".encode()), self._mac(request)
        owner = secrets.token_hex(8)
        await self._require_reachable()
        kept = await self._claim(entry_id, fingerprint, owner)
        if kept is not None:
            return kept
        try:
            answer = await work()
        except BaseException:
            await self._release(entry_id, owner)
            raise
        await self._keep(entry_id, owner, answer)
        return answer

    async def _require_reachable(self) -> None:
        """Raise pymongo's error at once while the database is away, as chassis.database.require_reachable does."""
        client = self._answers.database.client
        if not client.topology_description.has_writable_server():
            with pymongo.timeout(_GLIMPSE_S):  # long enough to look again
                await client.admin.command("ping")

    async def _claim(self, entry_id: str, fingerprint: str, owner: str) -> Answer | None:
        """None when the request is now ours to carry out, else the kept answer."""
        give_up = real_clock.monotonic() + _WAIT_SECONDS
        while True:
            now = real_clock.now()
            mine = {"fingerprint": fingerprint, "owner": owner, "lease_time": now + _LEASE, "expire_time": now + _KEEP}
            try:
                await self._answers.insert_one({"_id": entry_id, **mine})
                return None
            except DuplicateKeyError:
                found = await self._answers.find_one({"_id": entry_id})
            if found is None:
                continue
            if not hmac.compare_digest(str(found["fingerprint"]), fingerprint):
                raise Refusal(
                    "INVALID_ARGUMENT",
                    "IDEMPOTENCY_KEY_REUSED",
                    "this Idempotency-Key was used with another request",
                    http_status=422,
                )
            if "sealed" in found:
                return self._open(entry_id, found)
            former = {"_id": entry_id, "owner": found["owner"], "lease_time": {"$lt": now}}
            if (await self._answers.update_one(former, {"$set": mine})).modified_count:
                return None
            if real_clock.monotonic() > give_up:
                raise try_again(
                    "ABORTED", "IDEMPOTENCY_KEY_BUSY", "the first request with this key is still running", 1.0
                )
            await asyncio.sleep(_POLL_SECONDS)

    async def _keep(self, entry_id: str, owner: str, answer: Answer) -> None:
        if not _is_final(answer):
            await self._release(entry_id, owner)
            return
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, answer.body, entry_id.encode())
        fields = {
            "sealed": sealed,
            "status": answer.status,
            "content_type": answer.content_type,
            "headers": [list(pair) for pair in answer.headers],
        }
        try:
            await self._answers.update_one({"_id": entry_id, "owner": owner}, {"$set": fields})
        except PyMongoError as error:
            log.warning("answer was not kept", error=type(error).__name__)

    async def _release(self, entry_id: str, owner: str) -> None:
        """Let the next request with this key try again."""
        try:
            await self._answers.delete_one({"_id": entry_id, "owner": owner, "sealed": {"$exists": False}})
        except PyMongoError as error:  # the lease ends by itself
            log.warning("key was not released", error=type(error).__name__)

    def _open(self, entry_id: str, found: dict[str, Any]) -> Answer:
        sealed = bytes(found["sealed"])
        try:
            body = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], entry_id.encode())
        except InvalidTag:
            raise try_again(
                "ABORTED", "IDEMPOTENCY_KEY_BUSY", "the answer kept for this key cannot be read", 1.0
            ) from None
        headers = tuple((str(name), str(value)) for name, value in found["headers"])
        return Answer(found["status"], found["content_type"], body, (*headers, ("idempotency-replayed", "true")))

    def _mac(self, content: bytes) -> str:
        return hmac.new(self._mac_key, content, hashlib.sha256).hexdigest()


def _is_final(answer: Answer) -> bool:
    """Whether the same request can have no other answer: not after failures of ours, nor where repeating helps."""
    can_be_repeated = any(name == "retry-after" for name, _ in answer.headers)
    return answer.status < 500 and answer.status != 401 and not can_be_repeated and len(answer.body) <= _MAX_KEPT_BYTES
