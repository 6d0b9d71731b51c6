"""Who calls: bearer tokens in, short-lived tokens for the services out."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

from chassis.errors import Unauthenticated
from chassis.principal import Principal
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier

AUDIENCE = "gateway"
PUBLIC = Principal("public", frozenset({"public"}))
_SERVICE_TOKEN_TTL = timedelta(seconds=60)
_RENEW_BEFORE_SECONDS = 20.0
_REMEMBERED = 10_000


class Callers:
    """Checks the tokens of callers. The verifier remembers checked ones, so a signature is checked once."""

    def __init__(self, verifier: AccessTokenVerifier) -> None:
        self._verifier = verifier

    def principal(self, authorization: str) -> Principal:
        """Who holds the token. Raises Unauthenticated (TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED)."""
        return self._verifier.verify(_token_in(authorization))

    def seconds_left(self, authorization: str) -> float:
        """How long the caller's token stays good. Raises Unauthenticated as `principal` does."""
        return self._verifier.seconds_left(_token_in(authorization))


def _token_in(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("TOKEN_MISSING", "send the access token as a bearer token")
    return token.strip()


class ServiceTokens:
    """Tokens for the services: signed once for each principal and service, used until shortly before they expire."""

    def __init__(self, issuer: AccessTokenIssuer, now: Callable[[], float]) -> None:
        self._issuer, self._now = issuer, now
        self._issued: OrderedDict[tuple[Principal, str], tuple[str, float]] = OrderedDict()

    def token(self, principal: Principal, service: str) -> str:
        """A token that lives at least 20 s more."""
        key = (principal, service)
        known = self._issued.get(key)
        if known is not None and self._now() < known[1]:
            return known[0]
        token = self._issuer.issue(principal, service, _SERVICE_TOKEN_TTL)
        self._issued[key] = (token, self._now() + _SERVICE_TOKEN_TTL.total_seconds() - _RENEW_BEFORE_SECONDS)
        self._issued.move_to_end(key)
        if len(self._issued) > _REMEMBERED:
            self._issued.popitem(last=False)
        return token

    def lasting(self, principal: Principal, service: str, seconds: float) -> str:
        """A token for one stream, which ends with it."""
        return self._issuer.issue(principal, service, timedelta(seconds=seconds))
