"""Every HTTP operation, read from the google.api.http options of the contracts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from google.api import annotations_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from saleloop.billing.v1 import billing_service_pb2
from saleloop.gateway.v1 import gateway_service_pb2
from saleloop.leads.v1 import (
    attention_service_pb2,
    figures_service_pb2,
    first_contact_service_pb2,
    intake_service_pb2,
    leads_service_pb2,
    ownership_service_pb2,
    pipeline_service_pb2,
    visits_service_pb2,
)
from saleloop.notify.v1 import notify_service_pb2
from saleloop.quotes.v1 import quotes_service_pb2
from saleloop.stores.v1 import figures_service_pb2 as stores_figures_service_pb2
from saleloop.stores.v1 import stores_service_pb2

OWN_SERVICE = "gateway"
_FILES = {
    "leads": (
        leads_service_pb2,
        intake_service_pb2,
        ownership_service_pb2,
        first_contact_service_pb2,
        pipeline_service_pb2,
        visits_service_pb2,
        attention_service_pb2,
        figures_service_pb2,
    ),
    "quotes": (quotes_service_pb2,),
    "billing": (billing_service_pb2,),
    "stores": (stores_service_pb2, stores_figures_service_pb2),
    "notify": (notify_service_pb2,),
    OWN_SERVICE: (gateway_service_pb2,),
}
SERVICES = tuple(name for name in _FILES if name != OWN_SERVICE)
_DEFAULT_TIMEOUT_SECONDS = 5.0
_BULK_TIMEOUT_SECONDS = 30.0
_BULK = re.compile(r"(:(import|batch[A-Z]\w*|query|step)|/badRows)$")
_VARIABLE = re.compile(r"\{([a-z_.]+)\}")
PUBLIC_PREFIX = "/v1/public/"


@dataclass(frozen=True)
class Operation:
    """One HTTP operation and the rpc that answers it."""

    service: str
    method: MethodDescriptor
    verb: str
    # As in the contract: "/v1/products/{product.sku}".
    path: str
    # "*", the name of the request field that the body fills, or "" for no body.
    body: str

    @cached_property
    def name(self) -> str:
        """The key of the access table: "leads.CreateLead"."""
        return f"{self.service}.{self.method.name}"

    @cached_property
    def full_method(self) -> str:
        """As gRPC writes it on the wire."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @cached_property
    def path_fields(self) -> tuple[str, ...]:
        """Request fields that the path fills, dotted when nested, in order of the path."""
        return variables(self.path)

    @cached_property
    def request_class(self) -> type[Message]:
        """The generated class of the request."""
        return message_factory.GetMessageClass(self.method.input_type)

    @cached_property
    def response_class(self) -> type[Message]:
        """The generated class of the answer."""
        return message_factory.GetMessageClass(self.method.output_type)

    @cached_property
    def body_type(self) -> Descriptor | None:
        """What the JSON body describes; None when the operation takes no body."""
        if not self.body:
            return None
        if self.body == "*":
            return self.method.input_type
        return self.method.input_type.fields_by_name[self.body].message_type

    @cached_property
    def content_field(self) -> FieldDescriptor | None:
        """The `bytes content` field that a body of a file's own type fills, when the request has one."""
        field = self.method.input_type.fields_by_name.get("content")
        return field if field is not None and field.type == FieldDescriptor.TYPE_BYTES else None

    @cached_property
    def takes_raw_body(self) -> bool:
        """Whether the body goes to the service byte by byte, as a signature over it demands."""
        return self.body_type is not None and self.body_type.full_name == "google.api.HttpBody"

    @cached_property
    def is_public(self) -> bool:
        """Whether whoever holds a link may call it without a login."""
        return self.path.startswith(PUBLIC_PREFIX)

    @cached_property
    def is_own(self) -> bool:
        """Whether the gateway answers it itself."""
        return self.service == OWN_SERVICE

    @cached_property
    def is_raw(self) -> bool:
        """Whether the answer is a file and not JSON."""
        return bool(self.method.output_type.full_name == "google.api.HttpBody")

    @cached_property
    def is_stream(self) -> bool:
        """Whether the answer is a stream of server-sent events."""
        return bool(self.method.server_streaming)

    @cached_property
    def takes_request_id(self) -> bool:
        """Whether the service itself recognises a repeated request (AIP-155)."""
        return "request_id" in self.method.input_type.fields_by_name

    @cached_property
    def timeout_seconds(self) -> float:
        """How long a caller waits when the caller names no limit."""
        is_bulk = self.content_field is not None or _BULK.search(self.path)
        return _BULK_TIMEOUT_SECONDS if is_bulk else _DEFAULT_TIMEOUT_SECONDS


def services() -> Iterator[tuple[str, ServiceDescriptor]]:
    """Name and descriptor of each proto service with HTTP operations."""
    for name, modules in _FILES.items():
        for module in modules:
            for descriptor in module.DESCRIPTOR.services_by_name.values():
                yield name, descriptor


def load_operations() -> tuple[Operation, ...]:
    """Every operation of every service, custom verbs first: `/v1/x/{id}:verb` must win over `/v1/x/{id}`."""
    found = [
        Operation(service, method, *_binding(method))
        for service, descriptor in services()
        for method in descriptor.methods
        if method.GetOptions().HasExtension(annotations_pb2.http)
    ]
    return tuple(sorted(found, key=lambda operation: "}:" not in operation.path))


def by_template(operations: Iterable[Operation]) -> dict[str, dict[str, Operation]]:
    """Template -> verb -> operation. `/v1/products/{sku}` and `/v1/products/{product.sku}` are one address: it is
    called by the template without dots, and has none: programs that read OpenAPI take `{team.id}` for no name."""
    shapes: dict[str, list[Operation]] = {}
    for operation in operations:
        shapes.setdefault(_VARIABLE.sub("{}", operation.path), []).append(operation)
    return {
        min((each.path for each in same), key=lambda path: path.count(".")).replace(".", "_"): {
            each.verb: each for each in same
        }
        for same in shapes.values()
    }


def variables(template: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(_VARIABLE.findall(template))


def _binding(method: MethodDescriptor) -> tuple[str, str, str]:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    return verb.upper(), getattr(rule, verb), rule.body
