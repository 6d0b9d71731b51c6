"""The processes of quotes: `rpc` answers calls, `worker` reacts to events and deadlines."""

import sys


def run_rpc() -> None:
    """Serve until told to stop."""
    from chassis.rpc_server import serve
    from contracts.access import TABLE
    from saleloop.quotes.v1.quotes_service_pb2_grpc import add_QuotesServiceServicer_to_server
    from services.quotes.config import SignLinkKeyMissing, settings
    from services.quotes.rpc import QuotesServicer

    try:
        _ = settings().sign_key
    except SignLinkKeyMissing as error:
        sys.exit(f"quotes: {error}")
    serve("quotes", [(add_QuotesServiceServicer_to_server, QuotesServicer())], settings(), TABLE)


def run_worker() -> None:
    """React until told to stop."""
    # Before everything else: what is imported first keeps the unpatched sockets.
    from chassis import green

    green.patch()

    from chassis import consumer
    from services.quotes.config import settings
    from services.quotes.worker import QuotesWorker

    consumer.run_worker("quotes", QuotesWorker, settings())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["rpc"]:
            run_rpc()
        case ["worker"]:
            run_worker()
        case _:
            sys.exit("usage: python -m services.quotes rpc|worker")
