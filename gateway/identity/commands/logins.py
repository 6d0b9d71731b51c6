"""Who is who: user name and password against a person, with a lock after repeated failures."""

import hashlib
import unicodedata
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection

from chassis import database, errors
from chassis.clocks import real_clock
from gateway.identity.commands import sessions
from gateway.identity.documents import Person
from gateway.identity.domain import rules
from gateway.identity.domain.errors import LoginFailed, LoginLocked, OldPasswordWrong
from gateway.identity.passwords import hash_password, is_password

COLLECTION = "login_failures"
_FORGOTTEN_AFTER = timedelta(minutes=30)


def prepare() -> None:
    """Make the index that forgets old failures."""
    _failures().create_index("expire_time", expireAfterSeconds=0)


def log_in(username: str, password: str) -> tuple[Person, sessions.RefreshToken]:
    """The person and a new login. Raises LoginFailed and LoginLocked, alike for users who exist and who do not."""
    name = username.strip().lower()
    _refuse_locked(name)
    found = Person.collection().find_one({"username": name}, {"outbox": 0})
    person = None if found is None else Person._from_son(found)
    stored_hash = person.password_hash if person is not None and person.active else ""
    if not is_password(stored_hash, unicodedata.normalize("NFKC", password)) or person is None:
        _count_failure(name)
        raise LoginFailed
    _failures().delete_one({"_id": _key(name)})
    return person, sessions.start(person.id)


def change_password(person_id: str, old_password: str, new_password: str) -> None:
    """Set a new password and end all logins. Raises OldPasswordWrong, LoginLocked."""
    person = Person.load(person_id)
    _refuse_locked(person.username)
    if not is_password(person.password_hash, unicodedata.normalize("NFKC", old_password)):
        _count_failure(person.username)
        raise OldPasswordWrong
    with errors.field("new_password"):
        person.password_hash = hash_password(rules.check_password(new_password))
    person.commit()
    sessions.end_all(person_id)


def _refuse_locked(name: str) -> None:
    found = _failures().find_one({"_id": _key(name)})
    if found is not None and found["locked_until"] > real_clock.now():
        raise LoginLocked(round((found["locked_until"] - real_clock.now()).total_seconds()) + 1)


def _count_failure(name: str) -> None:
    now = real_clock.now()
    counted = _failures().find_one_and_update(
        {"_id": _key(name)},
        {"$inc": {"count": 1}, "$set": {"expire_time": now + _FORGOTTEN_AFTER}, "$setOnInsert": {"locked_until": now}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    if counted is None:  # forgotten this very moment
        return
    lock = rules.lock_after(counted["count"])
    if lock:
        _failures().update_one({"_id": _key(name)}, {"$set": {"locked_until": now + lock}})


def _failures() -> Collection[dict[str, Any]]:
    return database.current()[COLLECTION]


def _key(name: str) -> str:
    """Hashed, since people type passwords into the wrong field."""
    return hashlib.sha256(name.encode()).hexdigest()
