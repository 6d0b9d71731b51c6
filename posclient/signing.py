"""A batch as it leaves the till: its bytes, and the till's signature over them."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from posclient.store import Batch, Identity
from saleloop.pos.v1 import pos_service_pb2 as pos

_STREAM = b"saleloop.pos.v1.batch\0"
_HTTP = b"saleloop.pos.v1.http\0"
_RECEIPTS_TAG = b"\x2a"  # field 5 of ReceiptBatch, length-delimited


class Signer:
    """Signs with the till's key; one for each connection."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._key = Ed25519PrivateKey.from_private_bytes(identity.private_key)

    def request(self, batch: Batch, challenge: bytes) -> pos.StreamReceiptsRequest:
        """The batch for the stream that was welcomed with this challenge."""
        content = self.content(batch)
        signature = self._key.sign(_STREAM + challenge + content)
        return pos.StreamReceiptsRequest(batch_sequence=batch.sequence, content=content, signature=signature)

    def content(self, batch: Batch) -> bytes:
        """A serialized ReceiptBatch, put together from the receipts' bytes as they lie on the disk."""
        me = self._identity
        head = pos.ReceiptBatch(
            store_id=me.store_id, terminal_id=me.terminal_id, epoch=me.epoch, batch_sequence=batch.sequence
        )
        parts = [head.SerializeToString()]
        for body in batch.bodies:
            parts += (_RECEIPTS_TAG, varint(len(body)), body)
        return b"".join(parts)

    def http_signature(self, token: str, batch_sequence: int, body: bytes) -> bytes:
        """For POST /v1/pos/receipts:batch; `body` before compression, `token` good for this one batch."""
        digest = hashlib.sha256(token.encode()).digest()
        return self._key.sign(_HTTP + digest + batch_sequence.to_bytes(8, "big") + body)


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
