"""How a till becomes a terminal: a one-time code, then a key of its own."""

import base64
import binascii
import hashlib
import re
from datetime import timedelta

from services.stores.domain.errors import PublicKeyInvalid

CODE_LIFE = timedelta(days=7)
CODE_BYTES = 15
PUBLIC_KEY_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def code_text(secret: bytes) -> str:
    """The secret as a person types it: groups of four letters and digits without 0, 1, 8 and 9."""
    letters = base64.b32encode(secret).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def code_hash(code: str) -> str:
    """What is stored instead of the code; case, spaces and dashes make no difference.

    The code has 120 random bits, so a plain SHA-256 cannot be searched.
    """
    return hashlib.sha256(re.sub(r"[\s-]", "", code).upper().encode()).hexdigest()


def require_public_key(text: str) -> str:
    """The base64url text of an Ed25519 public key, in its one canonical form. Raises PublicKeyInvalid."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as unreadable:
        raise PublicKeyInvalid("the public key is not base64url") from unreadable
    if len(raw) != PUBLIC_KEY_BYTES:
        raise PublicKeyInvalid("an Ed25519 public key has 32 bytes")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def require_name(text: str) -> str:
    """A store's or terminal's id: it is part of a receipt's identity, so it holds no separator. Raises ValueError."""
    if not _NAME.fullmatch(text):
        raise ValueError("1 to 64 letters, digits, dot, dash or underscore, starting with a letter or digit")
    return text
