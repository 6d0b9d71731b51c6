"""How many files a process may have open: a usual shell allows 1,024, and hundreds of tills need more."""

import resource

from devstack.errors import DevstackError

_WANTED = 16_384
_MINIMUM = 2_048


def allow_open_files() -> None:
    """Raise this process's limit, which its children inherit, as far as the machine lets it.

    Raises DevstackError when that is too little.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if limit < _MINIMUM:
        raise DevstackError(f"Only {limit} files may be open at once, {_MINIMUM} are needed: 'ulimit -n' as root.")
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
