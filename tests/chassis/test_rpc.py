"""What a call meets before and after its handler."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import grpc
import jwt
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from pymongo.errors import ServerSelectionTimeoutError

from chassis import access, principal, rpc_client, telemetry
from chassis.access import Grant, Rule, Scope
from chassis.errors import Aborted, FailedPrecondition, FieldViolation, InvalidArgument, field
from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer
from chassis.rpc_fields import UnknownFieldPath
from chassis.rpc_guard import MethodNotGuarded
from chassis.tokens import AccessTokenIssuer, encode_key
from saleloop.notify.v1 import notify_service_pb2 as pb
from saleloop.notify.v1 import notify_service_pb2_grpc as pb_grpc
from tests.chassis.calls import ALICE, server, serving, table, token


def answer(*channels: pb.Channel) -> pb.ListChannelsResponse:
    return pb.ListChannelsResponse(channels=channels)


def call(channel: Any, authorization: str | None = None, timeout: float | None = None) -> pb.ListChannelsResponse:
    metadata = bearer(token()) if authorization is None else (("authorization", authorization),)
    stub = pb_grpc.NotifyServiceStub(channel)
    answered: pb.ListChannelsResponse = stub.ListChannels(pb.ListChannelsRequest(), metadata=metadata, timeout=timeout)
    return answered


def refusal(channel: Any, authorization: str | None = None) -> tuple[str, str]:
    with pytest.raises(RemoteError) as caught:
        call(channel, authorization)
    return caught.value.code, caught.value.reason


@pytest.fixture(scope="module")
def channel() -> Iterator[Any]:
    with serving(lambda request: answer()) as opened:
        yield opened


def test_a_call_with_a_good_token_is_answered(channel: Any) -> None:
    assert call(channel) == answer()


def test_a_call_without_token_is_refused(channel: Any) -> None:
    assert refusal(channel, "") == ("UNAUTHENTICATED", "TOKEN_MISSING")
    assert refusal(channel, "Basic YTpi") == ("UNAUTHENTICATED", "TOKEN_MISSING")


def test_a_forged_token_is_refused(channel: Any) -> None:
    forger = AccessTokenIssuer(encode_key(b"x" * 32))
    forged = forger.issue(ALICE, "notify", timedelta(minutes=5))
    assert refusal(channel, f"Bearer {forged}") == ("UNAUTHENTICATED", "TOKEN_INVALID")
    assert refusal(channel, "Bearer not-a-token") == ("UNAUTHENTICATED", "TOKEN_INVALID")


def test_a_token_without_signature_is_refused(channel: Any) -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none")
    assert refusal(channel, f"Bearer {unsigned}") == ("UNAUTHENTICATED", "TOKEN_INVALID")


def test_an_expired_token_and_one_for_another_service_are_refused(channel: Any) -> None:
    assert refusal(channel, f"Bearer {token(ttl=timedelta(seconds=-1))}") == ("UNAUTHENTICATED", "TOKEN_EXPIRED")
    assert refusal(channel, f"Bearer {token(audience='leads')}") == ("UNAUTHENTICATED", "TOKEN_INVALID")


def test_a_role_without_grant_is_refused(channel: Any) -> None:
    finance = token(Principal("bob", frozenset({"finance"})))
    assert refusal(channel, f"Bearer {finance}") == ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")


def test_a_call_without_deadline_is_refused(channel: Any) -> None:
    stub = pb_grpc.NotifyServiceStub(channel.inner)
    with pytest.raises(grpc.RpcError) as caught:
        stub.ListChannels(pb.ListChannelsRequest(), metadata=bearer(token()))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "deadline" in str(caught.value.details())


def test_a_server_with_a_method_without_rule_does_not_start() -> None:
    with pytest.raises(MethodNotGuarded, match=r"notify\.PutChannel"):
        server(lambda request: answer(), table(without="notify.PutChannel"))


def test_a_rule_that_hides_an_unknown_field_stops_the_start() -> None:
    rule = Rule("notify.ListChannels", {"salesperson": Grant(hidden=("channels.colour",))})
    with pytest.raises(UnknownFieldPath, match=r"channels\.colour"):
        server(lambda request: answer(), table(rule))


def test_a_public_operation_needs_the_gateways_token_for_the_public() -> None:
    rules = table(Rule("notify.ListChannels", public=True))
    with serving(lambda request: answer(), rules) as opened:
        public = token(Principal("public", frozenset({"public"})))
        assert call(opened, f"Bearer {public}") == answer()
        assert refusal(opened, "") == ("UNAUTHENTICATED", "TOKEN_MISSING")
        assert refusal(opened) == ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")


def test_the_handler_knows_who_calls_and_how_far_they_see() -> None:
    seen: list[Any] = []

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        seen.extend((principal.current(), access.scope()))
        return answer()

    rules = table(Rule("notify.ListChannels", {"salesperson": Grant(Scope.TEAM)}))
    with serving(handler, rules) as opened:
        call(opened)
    assert seen == [principal.Context(ALICE, "notify.ListChannels"), Scope.TEAM]
    assert access.scope() is Scope.ALL


def test_hidden_fields_are_left_out_and_masked_ones_keep_their_ends() -> None:
    full = pb.Channel(id="c1", url="https://robot.example/send?key=secret", sender="+8613812345678", roles=["finance"])
    grant = Grant(hidden=("channels.url",), masked=("channels.sender", "channels.roles", "channels.enabled"))
    with serving(lambda request: answer(full), table(Rule("notify.ListChannels", {"salesperson": grant}))) as opened:
        shown = call(opened).channels[0]
    assert (shown.id, shown.url, shown.sender) == ("c1", "", "+86*********78")
    assert list(shown.roles) == ["*******"]


def test_error_details_arrive_as_they_left() -> None:
    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        raise InvalidArgument(
            "CHANNEL_INVALID", "bad url", {"channel_id": "c1"}, violations=[FieldViolation("channel.url", "no scheme")]
        )

    with serving(handler) as opened, pytest.raises(RemoteError) as caught:
        call(opened)
    failure = caught.value.failure
    assert (failure.code, failure.reason, failure.message) == ("INVALID_ARGUMENT", "CHANNEL_INVALID", "bad url")
    assert failure.domain == "notify.saleloop"
    assert failure.metadata == {"channel_id": "c1"}
    assert failure.violations == (FieldViolation("channel.url", "no scheme"),)


def test_a_domain_exception_is_known_by_its_shape() -> None:
    class OrderClosed(Exception):
        code = "FAILED_PRECONDITION"
        reason = "ORDER_CLOSED"

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        raise OrderClosed("the order is closed")

    with serving(handler) as opened:
        assert refusal(opened) == ("FAILED_PRECONDITION", "ORDER_CLOSED")


def test_a_wrong_value_names_its_field() -> None:
    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        with field("channel.id"):
            raise ValueError("must not be empty")

    with serving(handler) as opened, pytest.raises(RemoteError) as caught:
        call(opened)
    assert caught.value.violations == (FieldViolation("channel.id", "must not be empty"),)


def test_an_unknown_exception_tells_nothing() -> None:
    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        raise RuntimeError("password is hunter2")

    with serving(handler) as opened, pytest.raises(RemoteError) as caught:
        call(opened)
    assert (caught.value.code, caught.value.message) == ("INTERNAL", "internal error")


def test_a_storage_that_is_away_is_unavailable() -> None:
    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        raise ServerSelectionTimeoutError("10.0.0.1:27017: timed out")

    with serving(handler) as opened:
        assert refusal(opened) == ("UNAVAILABLE", "STORAGE_UNAVAILABLE")


@pytest.mark.parametrize(("conflicts", "outcome"), [(3, "answered"), (4, "ABORTED")])
def test_a_command_is_repeated_three_times_after_version_conflicts(conflicts: int, outcome: str) -> None:
    tries: list[int] = []

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        tries.append(1)
        if len(tries) <= conflicts:
            raise Aborted("VERSION_CONFLICT")
        return answer()

    with serving(handler) as opened:
        got = "answered" if outcome == "answered" and call(opened) == answer() else refusal(opened)[0]
    assert got == outcome
    assert len(tries) >= 4


def test_another_aborted_command_is_not_repeated() -> None:
    tries: list[int] = []

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        tries.append(1)
        raise FailedPrecondition("WRONG_STATE")

    with serving(handler) as opened:
        refusal(opened)
    assert len(tries) == 1


def test_the_trace_goes_on_in_the_handler() -> None:
    seen: list[str] = []

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        seen.append(telemetry.trace_id())
        return answer()

    with serving(handler) as opened, telemetry.span("test"):
        call(opened)
        assert seen == [telemetry.trace_id()]


def test_health_and_reflection_need_no_token(channel: Any) -> None:
    health: Any = health_pb2_grpc.HealthStub(channel.inner)
    state = health.Check(health_pb2.HealthCheckRequest(service="saleloop.notify.v1.NotifyService"), timeout=5).status
    assert state == health_pb2.HealthCheckResponse.SERVING
    assert "saleloop.notify.v1.NotifyService" in ProtoReflectionDescriptorDatabase(channel.inner).get_services()


def test_a_taken_port_is_an_error() -> None:
    first, second = server(lambda request: answer()), server(lambda request: answer())
    port = first.start("127.0.0.1", 0)
    try:
        with pytest.raises(RuntimeError):
            second.start("127.0.0.1", port)
    finally:
        first.stop(0)


def test_running_calls_end_before_the_server_does() -> None:
    entered = threading.Event()

    def handler(request: pb.ListChannelsRequest) -> pb.ListChannelsResponse:
        entered.set()
        time.sleep(0.3)
        return answer()

    results: list[pb.ListChannelsResponse] = []
    running = server(handler)
    with closing(rpc_client.channel(f"127.0.0.1:{running.start('127.0.0.1', 0)}")) as opened:
        caller = threading.Thread(target=lambda: results.append(call(opened)))
        caller.start()
        assert entered.wait(5)
        running.stop(grace_s=5)
        caller.join(5)
    assert results == [answer()]


def test_bunched_pings_do_not_end_a_connection() -> None:
    ping = b"\x00\x00\x08\x06\x00" + bytes(4) + b"saleloop"  # length 8, type PING, no flags, stream 0
    answered = b"\x00\x00\x08\x06\x01" + bytes(4) + b"saleloop"
    running = server(lambda request: answer())
    try:
        with socket.create_connection(("127.0.0.1", running.start("127.0.0.1", 0)), timeout=5) as caller:
            caller.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00" + bytes(4) + 20 * ping)
            read = b""
            while read.count(answered) < 20:
                part = caller.recv(4096)
                assert part, "the server has hung up"
                read += part
    finally:
        running.stop(0)
