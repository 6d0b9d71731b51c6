"""Logins: one document for each, with the hashes of its refresh tokens. Real time only.

A refresh token is "<id of the login>.<secret>"; the secret changes with each use. An old secret can only come
from a copy, so it ends the login.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.collection import Collection

from chassis import database, logs
from chassis.clocks import real_clock
from chassis.ids import new_id
from gateway.identity.documents import Person
from gateway.identity.domain.errors import RefreshTokenInvalid

COLLECTION = "logins"
REFRESH_TTL = timedelta(days=30)
_MAX_USED_KEPT = 1000

log = logs.get_logger(__name__)


@dataclass(frozen=True)
class RefreshToken:
    """What the caller gets and nobody else ever sees."""

    text: str
    expire_time: datetime


def prepare() -> None:
    """Make the indexes; a login that expired is deleted."""
    _logins().create_index("expire_time", expireAfterSeconds=0)
    _logins().create_index("person_id")


def start(person_id: str) -> RefreshToken:
    """A new login."""
    login_id, secret = new_id(), secrets.token_urlsafe(32)
    expire_time = real_clock.now() + REFRESH_TTL
    _logins().insert_one(
        {"_id": login_id, "person_id": person_id, "current": _hash(secret), "used": [], "expire_time": expire_time}
    )
    return RefreshToken(f"{login_id}.{secret}", expire_time)


def rotate(token: str) -> tuple[Person, RefreshToken]:
    """Exchange a refresh token for the next one. Raises RefreshTokenInvalid; a used one ends the login."""
    login_id, _, secret = token.partition(".")
    next_secret = secrets.token_urlsafe(32)
    now = real_clock.now()
    found = _logins().find_one_and_update(
        {"_id": login_id, "current": _hash(secret), "expire_time": {"$gt": now}},
        {
            "$set": {"current": _hash(next_secret)},
            "$push": {"used": {"$each": [_hash(secret)], "$slice": -_MAX_USED_KEPT}},
        },
    )
    if found is None:
        if _logins().delete_one({"_id": login_id, "used": _hash(secret)}).deleted_count:
            log.warning("a used refresh token came again; its login is ended", login_id=login_id)
        raise RefreshTokenInvalid
    person = Person.find(found["person_id"])
    if person is None or not person.active:
        _logins().delete_one({"_id": login_id})
        raise RefreshTokenInvalid
    return person, RefreshToken(f"{login_id}.{next_secret}", found["expire_time"])


def end(token: str) -> None:
    """End the login of this refresh token; an unknown one changes nothing."""
    login_id, _, secret = token.partition(".")
    _logins().delete_one({"_id": login_id, "$or": [{"current": _hash(secret)}, {"used": _hash(secret)}]})


def end_all(person_id: str) -> None:
    """End every login of a person; access tokens end within their ten minutes."""
    _logins().delete_many({"person_id": person_id})


def _logins() -> Collection[dict[str, Any]]:
    return database.current()[COLLECTION]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
