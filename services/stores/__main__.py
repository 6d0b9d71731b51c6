"""The processes of stores: `rpc` answers calls, `worker` reacts to events, `ingest` takes receipts.

`rebuild` counts the figures again and ends.
"""

import sys
from typing import Any

_COVERAGE_KEPT_S = 0.5


def main(process: str) -> None:
    """Run one of them; each imports only its own framework, since grpc and eventlet must not meet in one process."""
    if process == "worker":
        from chassis import green

        green.patch()

    from services.stores.config import StoresSettings

    if process == "rpc":
        from chassis.rpc_server import serve
        from contracts.access import TABLE
        from saleloop.stores.v1.figures_service_pb2_grpc import add_FiguresServiceServicer_to_server
        from saleloop.stores.v1.stores_service_pb2_grpc import add_StoresServiceServicer_to_server
        from services.stores.figures_rpc import FiguresServicer
        from services.stores.queries import coverage
        from services.stores.rpc import StoresServicer

        servicers: list[tuple[Any, object]] = [
            (add_StoresServiceServicer_to_server, StoresServicer()),
            (add_FiguresServiceServicer_to_server, FiguresServicer()),
        ]
        coverage.remember_for(_COVERAGE_KEPT_S)
        serve("stores", servicers, StoresSettings(), TABLE)
    elif process == "worker":
        from chassis.consumer import run_worker
        from services.stores.worker import StoresWorker

        run_worker("stores", StoresWorker, StoresSettings())
    elif process == "ingest":
        from services.stores.ingest import run

        run(StoresSettings())
    elif process == "rebuild":
        from services.stores.rebuild import run_rebuild

        run_rebuild(StoresSettings())
    else:
        sys.exit("usage: python -m services.stores rpc|worker|ingest|rebuild")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
