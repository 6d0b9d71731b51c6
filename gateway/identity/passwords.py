"""Password hashes: argon2id with OWASP's minimum of memory, since several processes share small machines."""

from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, two passes: about 25 ms of one core.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A storm of logins must take neither all cores nor all memory.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="passwords")
# Checked when there is no such user, so that the answer takes as long as for one who exists.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to store."""
    return _THREADS.submit(_HASHER.hash, password).result()


def is_password(stored_hash: str, password: str) -> bool:
    """Whether `password` fits; takes the same time for an empty hash, which nothing fits."""
    return _THREADS.submit(_verify, stored_hash or _NOBODY, password).result() and bool(stored_hash)


def _verify(stored_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored_hash, password)
    except (VerificationError, InvalidHashError):
        return False
