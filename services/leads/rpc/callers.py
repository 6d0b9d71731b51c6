"""Who calls."""

from chassis import principal
from chassis.principal import Principal


def caller() -> Principal:
    """The person, or the process, on whose behalf the current rpc runs."""
    return principal.current().principal
