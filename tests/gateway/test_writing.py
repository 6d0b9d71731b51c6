"""Messages into JSON: exactly what protobuf's own printer makes of every answer there is. Pure."""

import random
import typing

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.http.operations import Operation, load_operations
from gateway.http.writing import write_object
from saleloop.gateway.v1.gateway_service_pb2 import AuditEntry

_NUMBERS: dict[int, list[typing.Any]] = {
    FieldDescriptor.CPPTYPE_INT32: [-(2**31), -1, 0, 1, 2**31 - 1],
    FieldDescriptor.CPPTYPE_INT64: [-(2**63), -1, 0, 1, 2**63 - 1],
    FieldDescriptor.CPPTYPE_UINT32: [0, 1, 2**32 - 1],
    FieldDescriptor.CPPTYPE_UINT64: [0, 1, 2**64 - 1],
    FieldDescriptor.CPPTYPE_DOUBLE: [0.0, -0.0, 1.5, 1e300, float("inf"), float("-inf")],
    FieldDescriptor.CPPTYPE_BOOL: [False, True],
}


def fill(message: typing.Any, chance: random.Random, depth: int = 0) -> None:
    """Some fields with values of their type, unusual ones too."""
    for field in message.DESCRIPTOR.fields:
        if chance.random() < 0.4 or depth > 3:
            continue
        target = getattr(message, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            entry = field.message_type.fields_by_name["value"]
            if entry.message_type is None:
                target[chance.choice(["", "a", "ü"])] = value_of(entry, chance)
        elif field.message_type is not None:
            for nested in [target.add() for _ in range(2)] if field.is_repeated else [target]:
                fill_message(nested, chance, depth)
        elif field.is_repeated:
            target.extend(value_of(field, chance) for _ in range(3))
        else:
            setattr(message, field.name, value_of(field, chance))


def fill_message(message: typing.Any, chance: random.Random, depth: int) -> None:
    message.SetInParent()
    if isinstance(message, Timestamp):
        message.FromNanoseconds(chance.randrange(-(10**18), 4 * 10**18))
    elif isinstance(message, Struct):
        message.update({"text": "é", "list": [1, None, {"deep": True}], "number": 1.5})
    elif not isinstance(message, Any):
        fill(message, chance, depth + 1)


def value_of(field: FieldDescriptor, chance: random.Random) -> typing.Any:
    if field.enum_type is not None:
        return chance.choice([*(each.number for each in field.enum_type.values), 4_242])
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        text = chance.choice(["", "x", "陈 \n", "a/b+c=="])
        return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text
    return chance.choice(_NUMBERS[field.cpp_type])


@pytest.mark.parametrize("operation", load_operations(), ids=lambda operation: operation.name)
def test_every_answer_is_written_as_protobuf_writes_it(operation: Operation) -> None:
    chance = random.Random(operation.name)
    for _ in range(20):
        message = operation.response_class()
        fill(message, chance)
        whole = MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        assert write_object(message) == whole


def test_what_is_empty_is_written_unless_it_may_be_absent() -> None:
    written = write_object(AuditEntry())
    assert {"seq": "0", "hash": ""}.items() <= written.items()
    assert "record" not in written
