"""Receipts over HTTP, for simple tills: one signed batch a request, answered once it is durable."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import orjson
from google.protobuf.json_format import MessageToDict
from starlette.types import Receive, Scope, Send

from chassis import telemetry
from chassis.errors import InvalidArgument
from gateway.http.answers import JSON, Answer
from gateway.http.problems import problem_answer
from gateway.http.refusals import Refusal
from gateway.http.sending import send_answer
from gateway.pos.batches import BatchRefused, Handover, Sealed
from gateway.pos.http_bodies import plain_body, read_receipts
from gateway.pos.keys import TerminalKeys
from gateway.pos.metrics import BATCHES
from gateway.pos.signatures import decode_signature, is_signed_by, signed_over_http
from gateway.pos.stores_client import MAX_OUTCOMES
from gateway.pos.tokens import CLOCK_SKEW_S, MAX_LIFE_S, Caller, authenticate
from saleloop.pos.v1 import pos_service_pb2 as pos

RECEIPTS_PATH = "/v1/pos/receipts:batch"
OUTCOMES_PATH = "/v1/pos/receipts:outcomes"
# Reading JSON of this size takes a millisecond; more is read in a thread, so that streams are not held up.
READ_HERE_BYTES = 16 * 1024
_MAX_NUMBER = 2**53

# What became of the receipts with these numbers (first, last) of a terminal. Raises RemoteError.
Ask = Callable[[Caller, int, int], Awaitable[list[pos.ReceiptOutcome]]]


class UsedTokens:
    """Tokens that carried a batch, for as long as they are good; one process remembers its own."""

    def __init__(self, limit: int = 200_000) -> None:
        self._limit = limit
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def use(self, digest: bytes) -> bool:
        """True the first time."""
        now = time.monotonic()
        while self._until and (len(self._until) >= self._limit or next(iter(self._until.values())) < now):
            self._until.popitem(last=False)
        if digest in self._until:
            return False
        self._until[digest] = now + MAX_LIFE_S + 2 * CLOCK_SKEW_S
        return True

    def give_back(self, digest: bytes) -> None:
        """The batch was refused for now: the same request may come again."""
        self._until.pop(digest, None)


class Intake:
    """An ASGI application."""

    def __init__(self, keys: TerminalKeys, handover: Handover, ask: Ask) -> None:
        self._keys, self._handover, self._ask = keys, handover, ask
        self._used = UsedTokens()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any HTTP request; every failure is problem+json."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with telemetry.span("pos.http", "server", traceparent=headers.get("traceparent", "")):
            try:
                answer = await self._answer(scope, headers, receive)
            except Exception as error:  # the one place that translates every failure
                answer = problem_answer(
                    error, instance=scope["path"], accept_language=headers.get("accept-language", "")
                )
            await send_answer(send, answer)

    async def _answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> Answer:
        verb, path = scope["method"], scope["path"]
        wanted = {RECEIPTS_PATH: "POST", OUTCOMES_PATH: "GET"}.get(path)
        if wanted is None:
            raise Refusal("NOT_FOUND", "ROUTE_NOT_FOUND", "there is no such address")
        if verb != wanted:
            raise Refusal(
                "INVALID_ARGUMENT", "METHOD_NOT_ALLOWED", f"use {wanted}", http_status=405, headers={"allow": wanted}
            )
        caller = await authenticate(headers.get("authorization", ""), self._keys)
        if verb == "GET":
            return await self._outcomes(caller, scope["query_string"])
        return await self._batch(caller, headers, receive)

    async def _batch(self, caller: Caller, headers: dict[str, str], receive: Receive) -> Answer:
        sequence = _number(headers.get("saleloop-batch-sequence", ""), "saleloop-batch-sequence")
        encoding = headers.get("content-encoding", "").strip().lower()
        body = await plain_body(receive, headers.get("content-length", ""), encoding)
        digest = hashlib.sha256(headers["authorization"].partition(" ")[2].encode("latin-1")).digest()
        signature = decode_signature(headers.get("saleloop-signature", ""))
        if not is_signed_by(caller.key, signature, signed_over_http(digest, sequence, body)):
            BATCHES.labels("SIGNATURE_INVALID").inc()
            raise Refusal("UNAUTHENTICATED", "SIGNATURE_INVALID", "the batch is not signed by the terminal's key")
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if len(body) <= READ_HERE_BYTES:
            batch = read_receipts(media_type, body)
        else:
            batch = await asyncio.to_thread(read_receipts, media_type, body)
        count = len(batch.receipts)
        sealed = Sealed(sequence, count, _own(batch, caller, sequence))
        await self._hand_over(sealed, caller, digest)
        return _json({"batch_sequence": str(sequence), "receipts": count, "state": "DURABLE"})

    async def _hand_over(self, sealed: Sealed, caller: Caller, digest: bytes) -> None:
        if not self._used.use(digest):
            BATCHES.labels("REPLAYED").inc()
            raise Refusal("ABORTED", "TOKEN_USED", "a token is good for one batch: sign again with a new one")
        try:
            await self._handover.hand_over(sealed, caller)
        except BatchRefused as refused:
            self._used.give_back(digest)
            raise Refusal(
                "UNAVAILABLE", "BROKER_BUSY", "nothing was kept: send the batch again", headers={"retry-after": "1"}
            ) from refused

    async def _outcomes(self, caller: Caller, query: bytes) -> Answer:
        values = _query(query)
        first, last = (_number(values.get(name, ""), name) for name in ("first", "last"))
        if not 0 <= last - first < MAX_OUTCOMES:
            raise InvalidArgument(message=f"last is at least first, and at most {MAX_OUTCOMES} numbers", field="last")
        outcomes = await self._ask(caller, first, last)
        return _json({"outcomes": [MessageToDict(each, preserving_proto_field_name=True) for each in outcomes]})


def _own(batch: pos.ReceiptBatch, caller: Caller, sequence: int) -> bytes:
    """The batch under its terminal's name. What it says about itself must fit the token and the header."""
    proven = (caller.store_id, caller.terminal_id, caller.key.epoch, sequence)
    said = (batch.store_id, batch.terminal_id, batch.epoch, batch.batch_sequence)
    if any(each and each != true for each, true in zip(said, proven, strict=True)):
        raise Refusal("INVALID_ARGUMENT", "NOT_YOURS", "the batch names another terminal or sequence than its token")
    batch.store_id, batch.terminal_id, batch.epoch, batch.batch_sequence = proven
    return batch.SerializeToString()


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 16 and 1 <= int(text) <= _MAX_NUMBER):
        raise InvalidArgument(message=f"{name} must be a number from 1 to 2^53", field=name)
    return int(text)


def _query(query: bytes) -> dict[str, str]:
    try:
        found = parse_qs(query.decode("latin-1"), max_num_fields=20)
    except ValueError:
        raise InvalidArgument(message="too many fields in the query") from None
    return {name: values[-1] for name, values in found.items()}


def _json(value: object) -> Answer:
    return Answer(200, JSON, orjson.dumps(value))
