"""The tokens that terminals sign themselves: who is calling, with which key."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.errors import Unauthenticated
from chassis.tokens import decode_key
from gateway.pos.keys import TerminalKey, TerminalKeys, TerminalName

AUDIENCE = "saleloop-pos"
ALGORITHM = "EdDSA"
MAX_LIFE_S = 300
# Tills have bad clocks: a token may be this much older or newer than it says.
CLOCK_SKEW_S = 60
MAX_TOKEN_CHARS = 4_096


@dataclass(frozen=True, slots=True)
class Caller:
    """A terminal that proved who it is."""

    store_id: str
    terminal_id: str
    key: TerminalKey

    @property
    def name(self) -> TerminalName:
        """Store and terminal."""
        return self.store_id, self.terminal_id


async def authenticate(authorization: str, keys: TerminalKeys, now: Callable[[], float] = time.time) -> Caller:
    """The terminal that signed the token. Raises Unauthenticated, and Unavailable when its key cannot be had.

    A signature or epoch that does not fit the kept key is checked once more against a fresh one, since the
    terminal may just have enrolled again.
    """
    token = _token_of(authorization)
    name = _claimed_name(token)
    key = await keys.get(name)
    if key is None or _refusal(token, key, now()) == "TOKEN_INVALID":
        key = await keys.get(name, max_age_s=0)
    if key is None:
        raise Unauthenticated("TERMINAL_UNKNOWN", "no enrolled terminal of that name")
    reason = _refusal(token, key, now())
    if reason:
        raise Unauthenticated(reason, "the terminal's token is not accepted")
    return Caller(*name, key)


def _token_of(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
        raise Unauthenticated("TOKEN_MISSING", "the stream carries no token of a terminal")
    return token


def _claimed_name(token: str) -> TerminalName:
    """Store and terminal that the token claims; nothing is believed yet."""
    try:
        if jwt.get_unverified_header(token).get("alg") != ALGORITHM:
            raise Unauthenticated("TOKEN_INVALID", "the token is not signed as agreed")
        claims = jwt.decode(token, options={"verify_signature": False})
        store_id, _, terminal_id = str(claims["iss"]).partition("/")
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as unreadable:
        raise Unauthenticated("TOKEN_INVALID", "the token cannot be read") from unreadable
    if not store_id or not terminal_id:
        raise Unauthenticated("TOKEN_INVALID", "the token names no terminal")
    return store_id, terminal_id


def _refusal(token: str, key: TerminalKey, now: float) -> str:
    """Why the token is not this key's, or not of this time; empty when it is fine."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            Ed25519PublicKey.from_public_bytes(decode_key(key.public_key)),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            # The time is compared below, with the clock that tests can move.
            options={"require": ["exp", "iss", "aud", "epoch"], "verify_exp": False, "verify_iat": False},
        )
        expires, epoch = int(claims["exp"]), int(claims["epoch"])
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError):
        return "TOKEN_INVALID"
    if epoch != key.epoch:
        return "TOKEN_INVALID"
    if expires + CLOCK_SKEW_S <= now:
        return "TOKEN_EXPIRED"
    return "TOKEN_LIVES_TOO_LONG" if expires > now + MAX_LIFE_S + CLOCK_SKEW_S else ""
