"""The customer's link to a proposal: cannot be guessed or altered, and nothing is stored for it.

A token is base64url of the proposal's id (26 bytes) and HMAC-SHA-256 (32) over it: 78 characters.
"""

import base64
import binascii
import hashlib
import hmac

from services.leads.domain.pipeline.errors import ProposalLinkInvalid

_ID_BYTES = 26
_TOKEN_CHARS = 78
# Binds a MAC to this use of the key.
_PURPOSE = b"saleloop proposal link v1\0"


def make_token(proposal_id: str, key: bytes) -> str:
    """The link as the text of a URL path segment."""
    body = proposal_id.encode()
    return base64.urlsafe_b64encode(body + _mac(body, key)).rstrip(b"=").decode()


def read_token(token: str, key: bytes) -> str:
    """The proposal's id in a token made with this key. Raises ProposalLinkInvalid. Compares in constant time."""
    try:
        if len(token) != _TOKEN_CHARS:
            raise ValueError("length")
        raw = base64.b64decode(token.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _invalid() from None
    body, mac = raw[:_ID_BYTES], raw[_ID_BYTES:]
    # Base64 has several spellings of the same bytes; only the one that was sent is the link.
    if not hmac.compare_digest(mac, _mac(body, key)) or make_token(body.decode("ascii", "replace"), key) != token:
        raise _invalid()
    return body.decode()


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + body, hashlib.sha256)


def _invalid() -> ProposalLinkInvalid:
    return ProposalLinkInvalid("链接不完整或已被改动。This link is not complete. Open it exactly as it was sent.")
