"""The processes of leads: `rpc` answers calls, `worker` reacts to events and deadlines."""

import sys


def main(process: str) -> None:
    """Run one of them; each imports only its own framework, since grpc and nameko must not meet in one process."""
    if process == "rpc":
        from services.leads.rpc import run as run_rpc

        run_rpc()
    elif process == "worker":
        from chassis import green

        # Before anything else is imported, or it keeps blocking sockets and locks.
        green.patch()

        from services.leads.worker import run as run_worker

        run_worker()
    else:
        sys.exit("usage: python -m services.leads rpc|worker")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
