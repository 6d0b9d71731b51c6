"""A small guarded server for tests: the NotifyService contract with a handler that the test gives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from chassis.access import Grant, Rule, Table
from chassis.principal import Principal
from chassis.rpc_client import Channel, channel
from chassis.rpc_server import RpcServer
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from saleloop.notify.v1 import notify_service_pb2 as pb
from saleloop.notify.v1 import notify_service_pb2_grpc as pb_grpc

PRIVATE_KEY = encode_key(bytes(range(32)))
PUBLIC_KEY = public_key_of(PRIVATE_KEY)
ALICE = Principal("alice", frozenset({"salesperson"}), team_id="t1", region="east", store_ids=frozenset({"s1"}))

Handler = Callable[[pb.ListChannelsRequest], pb.ListChannelsResponse]


def token(principal: Principal = ALICE, audience: str = "notify", ttl: timedelta = timedelta(minutes=5)) -> str:
    return AccessTokenIssuer(PRIVATE_KEY).issue(principal, audience, ttl)


def table(list_channels: Rule | None = None, without: str = "") -> Table:
    """Rules for every method of NotifyService; `list_channels` replaces the one of ListChannels."""
    rpcs = [method.name for method in pb.DESCRIPTOR.services_by_name["NotifyService"].methods]
    rules = {f"notify.{rpc}": Rule(f"notify.{rpc}", {"salesperson": Grant()}) for rpc in rpcs}
    if list_channels is not None:
        rules["notify.ListChannels"] = list_channels
    rules.pop(without, None)
    return Table(rules.values())


def server(handler: Handler, rules: Table | None = None) -> RpcServer:
    def list_channels(request: pb.ListChannelsRequest, context: Any) -> pb.ListChannelsResponse:
        return handler(request)

    rpcs = [method.name for method in pb.DESCRIPTOR.services_by_name["NotifyService"].methods]
    servicer = SimpleNamespace(**dict.fromkeys(rpcs, list_channels))
    add: Any = pb_grpc.add_NotifyServiceServicer_to_server
    verifier = AccessTokenVerifier(PUBLIC_KEY, "notify")
    return RpcServer("notify", [(add, servicer)], verifier, rules if rules is not None else table())


@contextmanager
def serving(handler: Handler, rules: Table | None = None) -> Iterator[Channel]:
    """A channel to a running server whose ListChannels is `handler`."""
    running = server(handler, rules)
    port = running.start("127.0.0.1", 0)
    opened = channel(f"127.0.0.1:{port}")
    try:
        yield opened
    finally:
        opened.close()
        running.stop(grace_s=1)
