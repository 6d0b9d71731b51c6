"""What people, passwords and leaves must look like. Each check returns the clean value or raises ValueError."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_MIN_PASSWORD, _MAX_PASSWORD = 10, 200
_MAX_NAME, _MAX_TAGS, _MAX_STORES = 100, 5, 1000
_LONGEST_LEAVE = timedelta(days=366)
LANGUAGES = ("zh", "en")


def clean_username(text: str) -> str:
    """Lower case, 2 to 64 characters."""
    username = text.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise ValueError("must be 2 to 64 lower-case letters, digits, '.', '-' or '_'")
    return username


def check_password(text: str) -> str:
    """Length is what counts; composition rules make passwords worse (NIST SP 800-63B)."""
    if not _MIN_PASSWORD <= len(text) <= _MAX_PASSWORD:
        raise ValueError(f"must have {_MIN_PASSWORD} to {_MAX_PASSWORD} characters")
    return unicodedata.normalize("NFKC", text)


def clean_name(text: str) -> str:
    """A name that people read: 1 to 100 characters."""
    name = text.strip()
    if not 0 < len(name) <= _MAX_NAME or not all(map(_is_readable, name)):
        raise ValueError(f"must have 1 to {_MAX_NAME} printable characters")
    return name


def clean_email(text: str) -> str:
    """Empty, or something with one @; whether it works only a mail shows."""
    email = text.strip()
    if email and not _EMAIL.fullmatch(email):
        raise ValueError("must be an e-mail address")
    return email


def clean_phone(text: str) -> str:
    """Empty, or a number that can be dialled: 5 to 15 digits, perhaps with a plus in front (E.164)."""
    phone = re.sub(r"[\s().-]", "", text)
    if phone and not _PHONE.fullmatch(phone):
        raise ValueError("must be a phone number of 5 to 15 digits")
    return phone


def clean_language(text: str) -> str:
    """The language of messages; Chinese unless said otherwise."""
    if text not in ("", *LANGUAGES):
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return text or LANGUAGES[0]


def clean_roles(roles: Iterable[str], known: frozenset[str]) -> list[str]:
    """Sorted, each once."""
    wanted = set(roles)
    if unknown := wanted - known:
        raise ValueError(f"unknown role {min(unknown)[:50]}")
    return sorted(wanted)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """At most 5 capability tags, in the given order."""
    wanted = list(dict.fromkeys(tag.strip() for tag in tags))
    if len(wanted) > _MAX_TAGS or not all(0 < len(tag) <= _MAX_NAME for tag in wanted):
        raise ValueError(f"must be at most {_MAX_TAGS} tags that are not empty")
    return wanted


def clean_store_ids(store_ids: Iterable[str]) -> list[str]:
    """Sorted, each once."""
    wanted = sorted(set(store_ids))
    if len(wanted) > _MAX_STORES or not all(0 < len(store_id) <= _MAX_NAME for store_id in wanted):
        raise ValueError(f"must be at most {_MAX_STORES} ids of stores")
    return wanted


def check_leave(start_time: datetime, end_time: datetime) -> None:
    """A leave has an end after its start and lasts at most a year."""
    if not timedelta() < end_time - start_time <= _LONGEST_LEAVE:
        raise ValueError("must end after its start and last at most 366 days")


def lock_after(failures: int) -> timedelta:
    """How long a user name is locked after so many failures in a row: from the fifth on, doubling up to 15 min."""
    if failures < 5:
        return timedelta()
    return min(timedelta(minutes=15), timedelta(seconds=30) * (1 << min(failures - 5, 10)))


def resolved_supervisor(person_id: str, own_supervisor_id: str, team_supervisor_id: str) -> str:
    """Who supervises: the person's own, else the team's; nobody supervises themselves."""
    supervisor_id = own_supervisor_id or team_supervisor_id
    return "" if supervisor_id == person_id else supervisor_id


def _is_readable(character: str) -> bool:
    """Chinese names of two characters are padded with the full-width space, which isprintable() leaves out."""
    return character.isprintable() or unicodedata.category(character) == "Zs"
