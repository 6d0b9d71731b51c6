"""Tokens as the gateway signs them, and as it never would."""

import base64
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.principal import Principal
from chassis.tokens import AccessTokenIssuer, encode_key
from contracts.roles import Role

TTL = timedelta(minutes=5)
# In no team, no region, no store, and owner of nothing.
OUTSIDER = {"subject": "nobody-in-particular", "team_id": "no-team", "region": "no-region"}


class Tokens:
    """Made with the platform's own private key, for any principal."""

    def __init__(self, private_key: str) -> None:
        self._private_key = private_key

    def token(self, audience: str, *roles: str, ttl: timedelta = TTL, **who: Any) -> str:
        """A token for a person with these roles; outside everybody's rows unless `who` says otherwise."""
        principal = Principal(roles=frozenset(map(str, roles)), **{**OUTSIDER, **who})
        return AccessTokenIssuer(self._private_key).issue(principal, audience, ttl)

    def unusable(self, audience: str) -> Mapping[str, str]:
        """Tokens that nobody may accept, by what is wrong with them."""
        roles = tuple(str(role) for role in Role)
        other_key = encode_key(Ed25519PrivateKey.generate().private_bytes_raw())
        good = self.token(audience, *roles)
        header, claims, signature = good.split(".")
        return {
            "expired": self.token(audience, *roles, ttl=timedelta(seconds=-5)),
            "signed by another": Tokens(other_key).token(audience, *roles),
            "unsigned": _unsigned(claims),
            "signed with a shared secret": _with_shared_secret(audience, roles),
            "changed": f"{header}.{_with_claim(claims, 'sub', 'somebody-else')}.{signature}",
            "for another service": self.token("another", *roles),
            "no token at all": "x",
        }


def _unsigned(claims: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{claims}."


def _with_shared_secret(audience: str, roles: tuple[str, ...]) -> str:
    now = int(time.time())
    claims = {"iss": "saleloop-gateway", "aud": audience, "sub": "x", "iat": now, "exp": now + 300, "roles": roles}
    return jwt.encode(claims, "s" * 32, algorithm="HS256")


def _with_claim(claims: str, name: str, value: str) -> str:
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return base64.urlsafe_b64encode(json.dumps(decoded | {name: value}).encode()).rstrip(b"=").decode()
