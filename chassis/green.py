"""Eventlet's patching, for the first line of a worker's `__main__`: before anything else is imported."""

import os
import warnings


def patch(*, looks_up_names: bool = False) -> None:
    """Make sockets, threads and locks cooperative.

    Looking up host names is made cooperative only for a worker that talks to many of them (`looks_up_names`): the
    package for it costs 20 MiB in each process, and a broker's or a database's name is looked up when connecting only.
    Eventlet warns that it is no longer developed; that nameko stands on it is a decision of this project.
    """
    if not looks_up_names:
        os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
