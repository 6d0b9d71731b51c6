"""Eventlet's patching, for the first line of a worker's `__main__`: before anything else is imported."""

import warnings


def patch() -> None:
    """Make sockets, threads and locks cooperative.

    Eventlet warns that it is no longer developed; that nameko stands on it is a decision of this project.
    """
    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
