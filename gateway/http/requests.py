"""One HTTP request into the request message of its rpc: path, query and body, each fault with its path."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.http.answers import XLSX
from gateway.http.operations import Operation
from gateway.http.reading import Faults, read_object
from gateway.http.refusals import Refusal, unreadable

_MAX_QUERY_FIELDS = 1000
_MEDIA_TYPE_LENGTH = 200
# Bodies that fill a request's `bytes content` as they are.
RAW_TYPES = ("text/csv", XLSX, "image/jpeg", "image/png", "image/webp")
_REPLACEMENT = "\ufffd"  # what the server puts for bytes of the path that are not UTF-8


def read_request(
    operation: Operation, path_values: Mapping[str, str], query: bytes, content_type: str, body: bytes
) -> Message:
    """The filled request message. Raises Refusal (400, 415)."""
    message = operation.request_class()
    faults = Faults()
    taken = _read_body(operation, message, content_type, body, faults)
    fields = _query_fields(operation.method.input_type, query, taken, faults)
    for name, value in path_values.items():
        if _REPLACEMENT in value:
            raise unreadable("the path is not UTF-8")
        _refuse_contradiction(message, name, value, faults)
        _put(fields, name.split("."), value)
    read_object(fields, message, faults)
    if faults.found:
        raise Refusal(
            "INVALID_ARGUMENT", "BODY_UNREADABLE", "the request does not fit its contract", violations=faults.found
        )
    return message


def _read_body(operation: Operation, message: Message, content_type: str, body: bytes, faults: Faults) -> str:
    """Fill `message` from the body; returns "*", the field that the body filled, or "" for none."""
    if operation.takes_raw_body:
        payload = getattr(message, operation.body)
        payload.content_type, payload.data = content_type[:_MEDIA_TYPE_LENGTH], body
        return operation.body
    if not body and operation.body in ("", "*"):
        return operation.body if not _is_raw(content_type) else ""
    if not operation.body:
        raise unreadable("this operation takes no body")
    media_type = _media_type(content_type)
    if media_type in RAW_TYPES and operation.content_field is not None:
        setattr(message, operation.content_field.name, body)
        return operation.content_field.name
    if media_type not in ("", "application/json"):
        raise Refusal(
            "INVALID_ARGUMENT",
            "MEDIA_TYPE_NOT_SUPPORTED",
            f"the body must be application/json{' or ' + ', '.join(RAW_TYPES) if operation.content_field else ''}",
            http_status=415,
        )
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise unreadable(f"the body is not JSON in UTF-8: {error}") from None
    if operation.body == "*":
        read_object(decoded, message, faults)
    else:
        target = getattr(message, operation.body)
        target.SetInParent()
        read_object(decoded, target, faults, operation.body)
    _mask(operation, message, decoded)
    return operation.body


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_raw(content_type: str) -> bool:
    return _media_type(content_type) in RAW_TYPES


def _mask(operation: Operation, message: Any, decoded: object) -> None:
    """A PATCH without a mask changes exactly what its body names."""
    if operation.verb != "PATCH" or "update_mask" not in message.DESCRIPTOR.fields_by_name:
        return
    if isinstance(decoded, dict) and operation.body_type is not None:
        names = {field.json_name: field.name for field in operation.body_type.fields}
        message.update_mask.paths.extend(names.get(name, name) for name in decoded)


def _query_fields(descriptor: Descriptor, query: bytes, taken: str, faults: Faults) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if not query:
        return fields
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_QUERY_FIELDS
        )
    except (UnicodeDecodeError, ValueError):
        raise unreadable("the query is not UTF-8, or has too many fields") from None
    for name, value in pairs:
        if taken == "*" or name.split(".")[0] == taken:
            faults.add(name[:200], "belongs into the body")
        else:
            _read_parameter(descriptor, name, value, fields, faults)
    return fields


def _read_parameter(descriptor: Descriptor, name: str, value: str, fields: dict[str, Any], faults: Faults) -> None:
    """Put one query parameter into `fields`, shaped as JSON would be. `filter.region=x` names a nested field."""
    steps = name.split(".")
    field = _leaf(descriptor, steps)
    if field is None:
        faults.add(name[:200], "is not a known field")
        return
    typed: Any = value
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        typed = {"true": True, "false": False}.get(value, value)
    elif field.cpp_type == FieldDescriptor.CPPTYPE_ENUM and value.isdecimal():
        typed = int(value)
    parent = fields
    for step in steps[:-1]:
        parent = parent.setdefault(step, {})
    if field.is_repeated and field.name == steps[-1]:
        parent.setdefault(steps[-1], []).append(typed)
    elif steps[-1] in parent:
        faults.add(name[:200], "is given more than once")
    else:
        parent[steps[-1]] = typed


def _leaf(descriptor: Descriptor, steps: list[str]) -> FieldDescriptor | None:
    """The field that a dotted name means; the last step of a map's name is the key."""
    field: FieldDescriptor | None = None
    for depth, step in enumerate(steps):
        field = descriptor.fields_by_name.get(step) or descriptor.fields_by_camelcase_name.get(step)
        is_last = depth == len(steps) - 1
        if field is None or is_last:
            break
        if field.message_type is None:
            return None
        if field.message_type.GetOptions().map_entry:
            return field.message_type.fields_by_name["value"] if depth == len(steps) - 2 else None
        if field.is_repeated:
            return None
        descriptor = field.message_type
    return field


def _refuse_contradiction(message: Any, dotted: str, value: str, faults: Faults) -> None:
    """The path decides; a body that says something else about the same field is a mistake worth telling."""
    *parents, name = dotted.split(".")
    for parent in parents:
        message = getattr(message, parent)
    given = getattr(message, name)
    if given and str(given) != value:
        faults.add(dotted, "differs from the path")


def _put(fields: dict[str, Any], steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        fields = fields.setdefault(step, {})
    fields[steps[-1]] = value
