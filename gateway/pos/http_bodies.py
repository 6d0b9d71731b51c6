"""The body of an HTTP batch: bounded, unpacked within bounds, read strictly."""

import zlib

import orjson
from starlette.types import Receive

from gateway.http.bodies import read_body
from gateway.http.reading import Faults, read_object
from gateway.http.refusals import Refusal, too_large, unreadable
from gateway.pos.batches import MAX_BYTES, MAX_RECEIPTS
from saleloop.pos.v1 import pos_service_pb2 as pos

_GZIP = 16 + zlib.MAX_WBITS


async def plain_body(receive: Receive, content_length: str, encoding: str) -> bytes:
    """The body without its compression. Raises Refusal (400, 408, 413, 415); never holds more than 4 MiB twice."""
    body = await read_body(receive, content_length)
    if len(body) > MAX_BYTES:
        raise too_large(MAX_BYTES)
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Refusal("INVALID_ARGUMENT", "MEDIA_TYPE_NOT_SUPPORTED", "the encoding must be gzip", http_status=415)
    return _unzip(body)


def _unzip(packed: bytes) -> bytes:
    """Stops at the limit, however much the bytes claim to hold."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, MAX_BYTES + 1)
    except zlib.error as error:
        raise unreadable("the body is not gzip") from error
    if len(body) > MAX_BYTES:
        raise too_large(MAX_BYTES)
    if not unpacker.eof or unpacker.unused_data:
        raise unreadable("the body is not one whole gzip stream")
    return body


def read_receipts(media_type: str, body: bytes) -> pos.ReceiptBatch:
    """The receipts of a JSON object {"receipts": [...]} or of NDJSON, one receipt on each line. Raises Refusal."""
    batch, faults = pos.ReceiptBatch(), Faults(any_time=True)  # an unbelievable time rejects its receipt, not the batch
    if media_type == "application/json":
        _refuse_many(body.count(b'"lines"'))
        read_object(_json(body, "the body"), batch, faults)
    elif media_type in ("application/x-ndjson", "application/ndjson"):
        lines = [line for line in body.split(b"\n") if line.strip()]
        _refuse_many(len(lines))
        for number, line in enumerate(lines):
            read_object(_json(line, f"line {number + 1}"), batch.receipts.add(), faults, f"receipts[{number}]")
    else:
        raise Refusal(
            "INVALID_ARGUMENT",
            "MEDIA_TYPE_NOT_SUPPORTED",
            "the body must be application/json or application/x-ndjson",
            http_status=415,
        )
    if faults.found:
        raise Refusal(
            "INVALID_ARGUMENT", "BODY_UNREADABLE", "the batch does not fit its contract", violations=faults.found
        )
    if not batch.receipts:
        raise unreadable("the batch holds no receipt")
    _refuse_many(len(batch.receipts))
    return batch


def _json(text: bytes, what: str) -> object:
    try:
        decoded: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise unreadable(f"{what} is not JSON in UTF-8: {error}") from None
    return decoded


def _refuse_many(count: int) -> None:
    if count > MAX_RECEIPTS:
        raise Refusal(
            "INVALID_ARGUMENT", "BODY_TOO_LARGE", f"a batch holds at most {MAX_RECEIPTS} receipts", http_status=413
        )
