"""Password hashes: argon2id with the parameters of RFC 9106's second choice, less memory for small machines."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, two passes (OWASP's minimum): about 25 ms of one core.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A storm of logins must take neither all memory nor all cores.
_AT_ONCE = threading.BoundedSemaphore(2)
# Checked when there is no such user, so that the answer takes as long as for one who exists.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to store."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(stored_hash: str, password: str) -> bool:
    """Whether `password` fits; takes the same time for an empty hash, which nothing fits."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(stored_hash or _NOBODY, password) and bool(stored_hash)
        except (VerificationError, InvalidHashError):
            return False
