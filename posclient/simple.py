"""The same over HTTP, for a till that sends now and then: one signed batch a request."""

import base64
import gzip
import json
from collections.abc import Sequence
from typing import Any

import httpx
from google.protobuf.json_format import MessageToDict

from posclient.enrolment import token
from posclient.signing import Signer
from posclient.store import Identity
from saleloop.pos.v1 import pos_service_pb2 as pos

PATH = "/v1/pos/receipts:batch"
# Smaller bodies do not gain from compression.
_GZIP_FROM_BYTES = 1_000


def http_batch(
    identity: Identity, batch_sequence: int, receipts: Sequence[pos.Receipt]
) -> tuple[dict[str, str], bytes]:
    """Headers and body of one batch, as NDJSON; made anew for each try, since a token is good for one."""
    rows = [MessageToDict(receipt, preserving_proto_field_name=True) for receipt in receipts]
    return signed_batch(identity, batch_sequence, "\n".join(map(json.dumps, rows)).encode(), "application/x-ndjson")


def signed_batch(identity: Identity, batch_sequence: int, body: bytes, media_type: str) -> tuple[dict[str, str], bytes]:
    """Headers for any body, and the body as it is sent."""
    bearer = token(identity)
    signature = Signer(identity).http_signature(bearer, batch_sequence, body)
    headers = {
        "authorization": f"Bearer {bearer}",
        "content-type": media_type,
        "saleloop-batch-sequence": str(batch_sequence),
        "saleloop-signature": base64.urlsafe_b64encode(signature).decode().rstrip("="),
    }
    if len(body) < _GZIP_FROM_BYTES:
        return headers, body
    return headers | {"content-encoding": "gzip"}, gzip.compress(body, 6)


async def send_batch(
    http: httpx.AsyncClient, identity: Identity, batch_sequence: int, receipts: Sequence[pos.Receipt]
) -> dict[str, Any]:
    """The acknowledgement: the batch is durable. Raises httpx.HTTPError; 503 and lost answers may be repeated."""
    headers, body = http_batch(identity, batch_sequence, receipts)
    answer = await http.post(PATH, content=body, headers=headers)
    answer.raise_for_status()
    acknowledged: dict[str, Any] = answer.json()
    return acknowledged
