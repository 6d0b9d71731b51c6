"""Short-lived access tokens (JWT, EdDSA) that the gateway signs and each service checks. Real time only."""

import base64
import binascii
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.errors import Unauthenticated
from chassis.principal import Principal

ISSUER = "saleloop-gateway"
ALGORITHM = "EdDSA"
_REMEMBERED_TOKENS = 4096


class KeyInvalid(ValueError):
    """A key in the settings is not 32 raw bytes in base64url."""


def decode_key(text: str) -> bytes:
    """32 raw bytes from base64url, with or without padding. Raises KeyInvalid."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyInvalid("the key is not base64url") from error
    if len(raw) != 32:
        raise KeyInvalid(f"the key has {len(raw)} bytes instead of 32")
    return raw


def encode_key(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_key_of(private_key: str) -> str:
    """The public half of a private key, both base64url."""
    key = Ed25519PrivateKey.from_private_bytes(decode_key(private_key)).public_key()
    return encode_key(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


class AccessTokenIssuer:
    """Signs tokens; only the gateway holds the private key (base64url of the 32-byte seed)."""

    def __init__(self, private_key: str, *, now: Callable[[], float] = time.time) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(decode_key(private_key))
        self._now = now

    def issue(self, principal: Principal, audience: str, ttl: timedelta) -> str:
        """A token that lets `principal` call the service `audience` for `ttl`."""
        issued = int(self._now())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": principal.subject,
            "iat": issued,
            "exp": issued + int(ttl.total_seconds()),
            "roles": sorted(principal.roles),
            "team": principal.team_id,
            "region": principal.region,
            "stores": sorted(principal.store_ids),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


class AccessTokenVerifier:
    """Checks tokens for one service. A checked token is remembered until it expires, since a signature costs more
    than the rest of a small call."""

    def __init__(self, public_key: str, audience: str, *, now: Callable[[], float] = time.time) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(decode_key(public_key))
        self._audience = audience
        self._now = now
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self._lock = Lock()

    def verify(self, token: str) -> Principal:
        """The principal that the token names. Raises Unauthenticated (TOKEN_EXPIRED, TOKEN_INVALID)."""
        with self._lock:
            known = self._known.get(token)
            if known is not None:
                self._known.move_to_end(token)
        if known is None:
            known = self._check(token)
            with self._lock:
                self._known[token] = known
                while len(self._known) > _REMEMBERED_TOKENS:
                    self._known.popitem(last=False)
        expires, principal = known
        if self._now() >= expires:
            with self._lock:
                self._known.pop(token, None)
            raise Unauthenticated("TOKEN_EXPIRED", "the access token has expired")
        return principal

    def seconds_left(self, token: str) -> float:
        """How long the token stays good. Raises Unauthenticated like `verify`."""
        self.verify(token)
        expires, _ = self._known.get(token) or self._check(token)
        return expires - self._now()

    def _check(self, token: str) -> tuple[float, Principal]:
        try:
            # The clock is ours (verify_exp off), so that tests can move it; verify() compares the time.
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "aud", "iss", "sub"], "verify_exp": False, "verify_iat": False},
            )
            return float(claims["exp"]), _principal_from(claims)
        except (jwt.PyJWTError, TypeError, ValueError, KeyError) as error:
            raise Unauthenticated("TOKEN_INVALID", "the access token is not valid") from error


def _principal_from(claims: dict[str, Any]) -> Principal:
    return Principal(
        subject=str(claims["sub"]),
        roles=frozenset(str(role) for role in claims.get("roles", ())),
        team_id=str(claims.get("team", "")),
        region=str(claims.get("region", "")),
        store_ids=frozenset(str(store) for store in claims.get("stores", ())),
    )
