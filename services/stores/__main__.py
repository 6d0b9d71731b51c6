"""The processes of stores: `rpc` answers calls, `worker` reacts to events, `ingest` takes receipts."""

import sys


def main(process: str) -> None:
    """Run one of them; each imports only its own framework, since grpc and eventlet must not meet in one process."""
    if process == "worker":
        from chassis import green

        green.patch()

    from services.stores.config import StoresSettings

    if process == "rpc":
        from chassis.rpc_server import serve
        from contracts.access import TABLE
        from saleloop.stores.v1.stores_service_pb2_grpc import add_StoresServiceServicer_to_server
        from services.stores.rpc import StoresServicer

        serve("stores", [(add_StoresServiceServicer_to_server, StoresServicer())], StoresSettings(), TABLE)
    elif process == "worker":
        from chassis.consumer import run_worker
        from services.stores.worker import StoresWorker

        run_worker("stores", StoresWorker, StoresSettings())
    elif process == "ingest":
        from services.stores.ingest import run

        run(StoresSettings())
    else:
        sys.exit("usage: python -m services.stores rpc|worker|ingest")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
