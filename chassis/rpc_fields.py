"""The field slice of a grant, applied to any answer: hidden paths are cleared, masked ones keep their ends."""

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis.access import Grant

_SHOWN_START, _SHOWN_END = 3, 2


class UnknownFieldPath(ValueError):
    """A rule names a field that the answer does not have."""


def check_paths(answer: Descriptor, grant: Grant) -> None:
    """Raise UnknownFieldPath for a hidden or masked path that `answer` does not have."""
    for path in (*grant.hidden, *grant.masked):
        descriptor: Descriptor | None = answer
        for name in path.split("."):
            field = descriptor.fields_by_name.get(name) if descriptor is not None else None
            if field is None:
                raise UnknownFieldPath(f"{answer.full_name} has no field {path}")
            descriptor = _value_type(field)


def apply_slice(answer: Any, grant: Grant) -> None:
    """Take from a protobuf message, in place, what the grant does not show."""
    for path in grant.hidden:
        _visit(answer, path.split("."), _hide)
    for path in grant.masked:
        _visit(answer, path.split("."), _mask)


def mask_text(text: str) -> str:
    """ "+8613812345678" -> "+86*********78"; short texts vanish altogether."""
    if len(text) <= _SHOWN_START + _SHOWN_END + 2:
        return "*" * len(text)
    hidden = len(text) - _SHOWN_START - _SHOWN_END
    return f"{text[:_SHOWN_START]}{'*' * hidden}{text[-_SHOWN_END:]}"


def _visit(message: Any, names: list[str], act: Callable[[Any, FieldDescriptor], None]) -> None:
    field = message.DESCRIPTOR.fields_by_name[names[0]]
    if len(names) == 1:
        act(message, field)
        return
    for child in _children(message, field):
        _visit(child, names[1:], act)


def _children(message: Any, field: FieldDescriptor) -> Iterable[Any]:
    value = getattr(message, field.name)
    if _is_map(field):
        return list(value.values())
    if field.is_repeated:
        return list(value)
    return (value,) if message.HasField(field.name) else ()


def _hide(message: Any, field: FieldDescriptor) -> None:
    message.ClearField(field.name)


def _mask(message: Any, field: FieldDescriptor) -> None:
    value = getattr(message, field.name)
    if field.type != FieldDescriptor.TYPE_STRING:
        message.ClearField(field.name)  # a number or a message cannot be shown in part
    elif field.is_repeated:
        value[:] = [mask_text(text) for text in value]
    elif value:
        setattr(message, field.name, mask_text(value))


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _value_type(field: FieldDescriptor) -> Descriptor | None:
    message_type = field.message_type
    if message_type is not None and _is_map(field):
        return message_type.fields_by_name["value"].message_type
    return message_type
