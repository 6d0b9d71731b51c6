"""Instants in requests lie in the years 2000 to 2099: what lies outside is a slip, or an attack on arithmetic."""

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis.errors import FieldViolation, InvalidArgument

# 2000-01-01 and 2100-01-01 UTC, in seconds since 1970.
EARLIEST_S, LATEST_S = 946_684_800, 4_102_444_800
EXPECTED = "must lie in the years 2000 to 2099"
_TIMESTAMP = "google.protobuf.Timestamp"

Handler = Callable[[Any, Any], Any]


def bounded(request_type: Descriptor, handler: Handler) -> Handler:
    """`handler`, which is not called with instants out of bounds; itself when its requests hold no instants."""
    if not _holds_instants(request_type, frozenset()):
        return handler

    def checked(request: Any, context: Any) -> Any:
        wrong = [FieldViolation(path, EXPECTED) for path in _wrong_instants(request, "")]
        if wrong:
            raise InvalidArgument("INVALID_ARGUMENT", f"{wrong[0].field} {EXPECTED}", violations=wrong)
        return handler(request, context)

    return checked


def _holds_instants(message: Descriptor, above: frozenset[str]) -> bool:
    if message.full_name in above:  # a message that contains itself
        return False
    inner = [field.message_type for field in message.fields if field.message_type is not None]
    return any(each.full_name == _TIMESTAMP or _holds_instants(each, above | {message.full_name}) for each in inner)


def _wrong_instants(message: Any, prefix: str) -> Iterator[str]:
    """The paths of all set instants out of bounds ("lines[2].due_time")."""
    for field, value in message.ListFields():
        if field.message_type is not None:
            for path, each in _values(field, value, prefix + field.name):
                if field.message_type.full_name != _TIMESTAMP:
                    yield from _wrong_instants(each, f"{path}.")
                elif not EARLIEST_S <= each.seconds < LATEST_S:
                    yield path


def _values(field: FieldDescriptor, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        if field.message_type.fields_by_name["value"].message_type is not None:
            yield from ((f'{path}["{key}"]', each) for key, each in value.items())
    elif field.is_repeated:
        yield from ((f"{path}[{index}]", each) for index, each in enumerate(value))
    else:
        yield path, value
