"""Every rpc and every HTTP operation refuses whoever may not call it.

The matrix comes from the descriptors and from the served OpenAPI document: a new operation is in it at once, and
fails until it has a rule.
"""

from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

from contracts.access import TABLE
from contracts.roles import Role
from devstack.supervisor import Platform
from gateway.http.operations import OWN_SERVICE, SERVICES, load_operations, services
from saleloop.ops.v1 import operations_service_pb2
from tests.e2e.callers import Tokens

HTTP_OPERATIONS = load_operations()
_SIGNED_BY_THE_SENDER = ("leads.ReceiveWebhook",)  # anybody may call; what is not signed is turned away
_OPS = operations_service_pb2.DESCRIPTOR.services_by_name["OperationsService"]
RPCS = [
    *((service, method) for service, described in services() if service != OWN_SERVICE for method in described.methods),
    *((service, method) for service in SERVICES for method in _OPS.methods),
]


def operation_of(service: str, method: MethodDescriptor) -> str:
    return f"ops.{method.name}" if method.containing_service is _OPS else f"{service}.{method.name}"


def outsider_role(operation: str) -> str:
    """A role without a grant for the operation; one that does not exist where all have one."""
    rule = TABLE.lookup(operation)
    granted = set(map(str, rule.grants)) if rule is not None else set()
    return next((str(role) for role in Role if str(role) not in granted | {"public"}), "no-such-role")


@pytest.fixture(scope="module")
def tokens(platform: Platform) -> Tokens:
    return Tokens(platform.servers.secrets.access_private_key)


@pytest.fixture(scope="module")
def channels(platform: Platform) -> Iterator[dict[str, grpc.Channel]]:
    made = {service: grpc.insecure_channel(platform.wiring.grpc_address(service)) for service in SERVICES}
    yield made
    for channel in made.values():
        channel.close()


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.http_url, timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def call(channel: grpc.Channel, method: MethodDescriptor, token: str) -> tuple[str, str]:
    """Code and message of a call with an empty request; ("OK", "") when it was let in and worked."""
    request = message_factory.GetMessageClass(method.input_type)
    answer = message_factory.GetMessageClass(method.output_type)
    path = f"/{method.containing_service.full_name}/{method.name}"
    invoke = channel.unary_unary(
        path, request_serializer=request.SerializeToString, response_deserializer=answer.FromString
    )
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    try:
        invoke(request(), timeout=10, metadata=metadata)
    except grpc.RpcError as error:
        return error.code().name, str(error.details())
    return "OK", ""


@pytest.mark.parametrize(("service", "method"), RPCS, ids=lambda value: getattr(value, "name", value))
def test_an_rpc_refuses(
    channels: dict[str, grpc.Channel], tokens: Tokens, service: str, method: MethodDescriptor
) -> None:
    operation = operation_of(service, method)
    assert TABLE.lookup(operation) is not None, f"{operation} has no rule in contracts/access"
    channel = channels[service]
    assert call(channel, method, "")[0] == "UNAUTHENTICATED"
    for what, token in tokens.unusable(service).items():
        assert call(channel, method, token)[0] == "UNAUTHENTICATED", what
    code, message = call(channel, method, tokens.token(service, outsider_role(operation)))
    assert (code, "may not call" in message) == ("PERMISSION_DENIED", True)


@pytest.mark.parametrize(
    ("service", "method"),
    [each for each in RPCS if each[1].containing_service is not _OPS],
    ids=lambda value: getattr(value, "name", value),
)
def test_an_rpc_lets_every_granted_role_in(
    channels: dict[str, grpc.Channel], tokens: Tokens, service: str, method: MethodDescriptor
) -> None:
    """The counterpart: the refusals above are not those of a service that refuses everybody."""
    rule = TABLE.lookup(operation_of(service, method))
    assert rule is not None
    for role in [*rule.grants, *(["public"] if rule.public else [])]:
        code, message = call(channels[service], method, tokens.token(service, role))
        assert code != "UNAUTHENTICATED" or operation_of(service, method) in _SIGNED_BY_THE_SENDER
        assert "may not call" not in message


def test_the_document_and_the_contracts_name_the_same_operations(document: dict[str, Any]) -> None:
    served = {item["operationId"] for verbs in document["paths"].values() for item in verbs.values()}
    assert served == {operation.name for operation in HTTP_OPERATIONS}


@pytest.mark.parametrize("operation", HTTP_OPERATIONS, ids=lambda operation: str(operation.name))
def test_an_http_operation_refuses(
    client: httpx.Client, document: dict[str, Any], tokens: Tokens, operation: Any
) -> None:
    described = next(
        (path, verb, item)
        for path, verbs in document["paths"].items()
        for verb, item in verbs.items()
        if item["operationId"] == operation.name
    )
    path, verb, item = described
    rule = TABLE.lookup(operation.name)
    assert rule is not None, f"{operation.name} has no rule in contracts/access"
    assert (item.get("security") == []) is rule.public, "the document says who needs a token"
    if rule.public:
        return
    address = path.translate({ord("{"): "", ord("}"): ""})
    content = b"{}" if "requestBody" in item else None

    def status(headers: dict[str, str]) -> tuple[int, str]:
        answer = client.request(verb, address, headers=headers, content=content)
        return answer.status_code, answer.json().get("reason", "")

    assert status({}) == (401, "TOKEN_MISSING")
    assert status({"authorization": "Basic YTpi"}) == (401, "TOKEN_MISSING")
    for what, token in tokens.unusable("gateway").items():
        assert status({"authorization": f"Bearer {token}"})[0] == 401, what
    outsider = tokens.token("gateway", outsider_role(operation.name))
    assert status({"authorization": f"Bearer {outsider}"}) == (403, "ROLE_NOT_ALLOWED")


def test_a_token_for_a_service_opens_no_door_at_the_gateway(client: httpx.Client, tokens: Tokens) -> None:
    for service in SERVICES:
        headers = {"authorization": f"Bearer {tokens.token(service, 'admin')}"}
        assert client.get("/v1/people", headers=headers).status_code == 401


def test_a_persons_token_opens_no_door_at_a_service(
    client: httpx.Client, channels: dict[str, grpc.Channel], platform: Platform
) -> None:
    body = {"username": "admin", "password": platform.admin_password}
    token = client.post("/v1/auth:login", json=body).json()["tokens"]["access_token"]
    for service, method in RPCS:
        assert call(channels[service], method, token)[0] == "UNAUTHENTICATED"
