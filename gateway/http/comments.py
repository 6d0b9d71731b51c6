"""The comments of the contracts, by full name; the OpenAPI document takes its descriptions from them."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from saleloop.gateway.v1 import gateway_service_pb2

# Field numbers in descriptor.proto that a source location's path is made of.
_FILE_MESSAGE, _FILE_ENUM, _FILE_SERVICE = 4, 5, 6
_MESSAGE_FIELD, _MESSAGE_NESTED, _MESSAGE_ENUM = 2, 3, 4
_CHILD = 2  # enum values and rpcs
_SET_FILE = "descriptors.binpb"

Place = tuple[int, ...]


@cache
def comments() -> dict[str, str]:
    """Full name ("saleloop.leads.v1.Lead.phone") -> comment. Empty when the descriptor set was not shipped."""
    path = Path(str(gateway_service_pb2.__file__)).parents[3] / _SET_FILE
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for file in FileDescriptorSet.FromString(path.read_bytes()).file:
        texts = {
            tuple(location.path): _joined(location.leading_comments or location.trailing_comments)
            for location in file.source_code_info.location
        }
        found |= {name: texts[place] for place, name in _names(file) if texts.get(place)}
    return found


def _joined(comment: str) -> str:
    return " ".join(line.strip() for line in comment.splitlines()).strip()


def _names(file: FileDescriptorProto) -> Iterator[tuple[Place, str]]:
    for index, message in enumerate(file.message_type):
        yield from _message_names(message, (_FILE_MESSAGE, index), file.package)
    for index, enum in enumerate(file.enum_type):
        yield from _children((_FILE_ENUM, index), f"{file.package}.{enum.name}", [v.name for v in enum.value])
    for index, service in enumerate(file.service):
        methods = [method.name for method in service.method]
        yield from _children((_FILE_SERVICE, index), f"{file.package}.{service.name}", methods)


def _message_names(message: DescriptorProto, place: Place, scope: str) -> Iterator[tuple[Place, str]]:
    name = f"{scope}.{message.name}"
    yield place, name
    for index, field in enumerate(message.field):
        yield (*place, _MESSAGE_FIELD, index), f"{name}.{field.name}"
    for index, nested in enumerate(message.nested_type):
        yield from _message_names(nested, (*place, _MESSAGE_NESTED, index), name)
    for index, enum in enumerate(message.enum_type):
        values = [value.name for value in enum.value]
        yield from _children((*place, _MESSAGE_ENUM, index), f"{name}.{enum.name}", values)


def _children(place: Place, name: str, children: Sequence[str]) -> Iterator[tuple[Place, str]]:
    yield place, name
    for index, child in enumerate(children):
        yield (*place, _CHILD, index), f"{name}.{child}"
