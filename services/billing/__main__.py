"""The processes of billing: `rpc` answers calls, `worker` reacts to events and deadlines."""

import sys


def main(process: str) -> None:
    """Run one of them; each imports only its own framework, since the two must not meet in one process."""
    if process == "rpc":
        from chassis.rpc_server import serve
        from contracts.access import TABLE
        from saleloop.billing.v1.billing_service_pb2_grpc import add_BillingServiceServicer_to_server
        from services.billing.config import settings
        from services.billing.rpc import BillingServicer

        serve("billing", [(add_BillingServiceServicer_to_server, BillingServicer())], settings(), TABLE)
    elif process == "worker":
        from chassis.green import patch

        patch()
        from chassis.consumer import run_worker
        from services.billing.config import settings
        from services.billing.worker import BillingWorker

        run_worker("billing", BillingWorker, settings())
    else:
        sys.exit("usage: python -m services.billing rpc|worker")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
