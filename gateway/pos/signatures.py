"""What terminals sign, and whether a signature is theirs."""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.tokens import decode_key
from gateway.pos.keys import MAX_KEYS, TerminalKey

CHALLENGE_BYTES = 16
_STREAM = b"saleloop.pos.v1.batch\0"
_HTTP = b"saleloop.pos.v1.http\0"


def signed_on_stream(challenge: bytes, content: bytes) -> bytes:
    """What the signature of a batch on a stream covers; the challenge makes it worthless on any other stream."""
    return _STREAM + challenge + content


def signed_over_http(token_digest: bytes, batch_sequence: int, body: bytes) -> bytes:
    """What the signature of an HTTP batch covers: the SHA-256 of its token (good for one batch), and the plain body."""
    return _HTTP + token_digest + batch_sequence.to_bytes(8, "big") + body


def is_signed_by(key: TerminalKey, signature: bytes, signed: bytes) -> bool:
    """Whether the terminal's key made this signature over these bytes."""
    try:
        _public_key(key.public_key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def decode_signature(text: str) -> bytes:
    """base64url with or without padding; empty when it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


@lru_cache(maxsize=MAX_KEYS)
def _public_key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(decode_key(text))
