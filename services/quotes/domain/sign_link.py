"""The customer's sign link: names one version by its hash and cannot be altered.

A token is base64url of quote id (26 bytes), version (4), content hash (32), expiry (8, Unix milliseconds of business
time) and HMAC-SHA-256 (32) over the rest: 136 characters, a pure function of the version, so nothing is stored.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

from services.quotes.domain.errors import SignLinkInvalid

_BODY = struct.Struct(">26sI32sQ")
_MAC_BYTES = hashlib.sha256().digest_size
_TOKEN_CHARS = (_BODY.size + _MAC_BYTES) // 3 * 4
# Binds a MAC to this use of the key.
_PURPOSE = b"saleloop sign link v1\0"


@dataclass(frozen=True, slots=True)
class SignLink:
    """The version that a link names: `content_hash` in hex, `expire_ms` in Unix milliseconds."""

    quote_id: str
    version: int
    content_hash: str
    expire_ms: int


def make_token(link: SignLink, key: bytes) -> str:
    """The link as the text of a URL path segment."""
    body = _BODY.pack(link.quote_id.encode(), link.version, bytes.fromhex(link.content_hash), link.expire_ms)
    return base64.urlsafe_b64encode(body + _mac(body, key)).decode()


def read_token(token: str, key: bytes) -> SignLink:
    """The link of a token made with this key; raises SignLinkInvalid. Compares in constant time."""
    try:
        if len(token) != _TOKEN_CHARS:
            raise ValueError("length")
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise SignLinkInvalid("This link is not complete. Open the link exactly as it was sent.") from None
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise SignLinkInvalid("This link was altered. Open the link exactly as it was sent.")
    quote_id, version, digest, expire_ms = _BODY.unpack(body)
    return SignLink(quote_id.decode(), version, digest.hex(), expire_ms)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + body, "sha256")
