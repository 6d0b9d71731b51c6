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
# The points of Ed25519 of order 1, 2, 4 and 8, also in their second encodings: signatures under them can be made up.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "01" + "00" * 31,
        "01" + "00" * 30 + "80",
        "00" * 32,
        "00" * 31 + "80",
        "ec" + "ff" * 30 + "7f",
        "ec" + "ff" * 31,
        "ed" + "ff" * 30 + "7f",
        "ed" + "ff" * 31,
        "ee" + "ff" * 30 + "7f",
        "ee" + "ff" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)
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
    if raw in _SMALL_ORDER:
        raise PublicKeyInvalid("under this key anybody can sign")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def require_name(text: str) -> str:
    """A store's or terminal's id: it is part of a receipt's identity, so it holds no separator. Raises ValueError."""
    if not _NAME.fullmatch(text):
        raise ValueError("1 to 64 letters, digits, dot, dash or underscore, starting with a letter or digit")
    return text
