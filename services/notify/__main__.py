"""The processes of notify: `rpc` answers calls, `worker` reacts to events and sends messages."""

import sys


def run_rpc() -> None:
    """grpc, with threads."""
    from chassis.rpc_server import serve
    from contracts.access import TABLE
    from saleloop.notify.v1.notify_service_pb2_grpc import add_NotifyServiceServicer_to_server
    from services.notify.config import SERVICE, settings
    from services.notify.rpc import NotifyServicer

    serve(SERVICE, [(add_NotifyServiceServicer_to_server, NotifyServicer())], settings(), TABLE)


def run_worker() -> None:
    """nameko, with eventlet, which has to patch the standard library before anything else uses it."""
    from chassis import green

    green.patch(looks_up_names=True)
    from chassis import consumer
    from services.notify.config import SERVICE, settings
    from services.notify.worker import NotifyWorker

    consumer.run_worker(SERVICE, NotifyWorker, settings())


PROCESSES = {"rpc": run_rpc, "worker": run_worker}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PROCESSES:
        sys.exit("usage: python -m services.notify rpc|worker")
    PROCESSES[sys.argv[1]]()
