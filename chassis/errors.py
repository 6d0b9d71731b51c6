"""The one family of errors. Nothing here knows grpc or HTTP: rpc_status and problems translate.

Domain packages may not import this, so their exceptions are recognised by their shape: `code` and `reason` as
strings, optionally `metadata` (dict of strings) and `field` (path of the request's field).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as data_field
from typing import ClassVar

from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WTimeoutError,
)

CODES = frozenset({
    "INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "ALREADY_EXISTS", "ABORTED",
    "FAILED_PRECONDITION", "OUT_OF_RANGE", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED",
    "UNIMPLEMENTED", "INTERNAL",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One wrong field: its path in the request ("lead.phone") and what is wrong with it."""

    field: str
    description: str


class SaleloopError(Exception):
    """An error that the caller is told about: `code` as in google.rpc.Code, `reason` as in ErrorInfo."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(
        self, reason: str, message: str = "", metadata: Mapping[str, str] | None = None, *, field: str = ""
    ) -> None:
        self.reason = reason
        self.message = message or reason.replace("_", " ").lower()
        self.metadata = dict(metadata or {})
        self.field = field
        super().__init__(self.message)


class InvalidArgument(SaleloopError):
    """The request itself is wrong, whatever the state."""

    code = "INVALID_ARGUMENT"

    def __init__(
        self,
        reason: str = "INVALID_ARGUMENT",
        message: str = "",
        metadata: Mapping[str, str] | None = None,
        *,
        field: str = "",
        violations: Sequence[FieldViolation] = (),
    ) -> None:
        super().__init__(reason, message, metadata, field=field)
        self.violations = tuple(violations)


class Unauthenticated(SaleloopError):
    """Nobody knows who calls."""

    code = "UNAUTHENTICATED"


class PermissionDenied(SaleloopError):
    """The caller is known, and may not."""

    code = "PERMISSION_DENIED"


class NotFound(SaleloopError):
    """There is no such thing, or the caller may not know of it."""

    code = "NOT_FOUND"


class AlreadyExists(SaleloopError):
    """The thing is there already, and is another."""

    code = "ALREADY_EXISTS"


class Aborted(SaleloopError):
    """Somebody else was faster; the whole command may be repeated."""

    code = "ABORTED"


class FailedPrecondition(SaleloopError):
    """The state does not allow it; repeating does not help until the state changes."""

    code = "FAILED_PRECONDITION"


class ResourceExhausted(SaleloopError):
    """A limit or quota is reached."""

    code = "RESOURCE_EXHAUSTED"


class Unavailable(SaleloopError):
    """Something needed is away for the moment; repeat later."""

    code = "UNAVAILABLE"


class DeadlineExceeded(SaleloopError):
    """The caller's time is over."""

    code = "DEADLINE_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a caller is told about an exception, as plain values. `domain` names who raised it ("leads.saleloop")."""

    code: str
    reason: str
    message: str
    metadata: Mapping[str, str] = data_field(default_factory=dict)
    violations: tuple[FieldViolation, ...] = ()
    domain: str = ""

    @property
    def is_internal(self) -> bool:
        return self.code == "INTERNAL"


# MongoDB's codes for a server that stops or is no primary any more, also as the reason of a failed write concern.
_LEAVING = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})
_INTERNAL = Failure("INTERNAL", "INTERNAL", "internal error")


def describe(error: BaseException) -> Failure:
    """What the caller may know about `error`. Unknown exceptions become INTERNAL without any detail."""
    if isinstance(error, PyMongoError):
        return _describe_mongo(error)
    code, reason = getattr(error, "code", None), getattr(error, "reason", None)
    if not isinstance(code, str) or not isinstance(reason, str) or code not in CODES:
        return _INTERNAL
    metadata = getattr(error, "metadata", None)
    message = str(getattr(error, "message", "") or error) or reason
    violations = tuple(getattr(error, "violations", ()))
    path = getattr(error, "field", "")
    if isinstance(path, str) and path:
        violations = (FieldViolation(path, message), *violations)
    return Failure(code, reason, message, _strings(metadata), violations)


def is_version_conflict(error: BaseException) -> bool:
    """True when the whole command is worth repeating at once: another write to the same document won."""
    return getattr(error, "code", None) == "ABORTED" and getattr(error, "reason", None) == "VERSION_CONFLICT"


def _describe_mongo(error: PyMongoError) -> Failure:
    away = (AutoReconnect, ConnectionFailure, ServerSelectionTimeoutError, WaitQueueTimeoutError, WTimeoutError)
    is_leaving = isinstance(error, OperationFailure) and error.code in _LEAVING
    if isinstance(error, away) or is_leaving or error.timeout or error.has_error_label("TransientTransactionError"):
        return Failure("UNAVAILABLE", "STORAGE_UNAVAILABLE", "the storage is away for the moment; repeat later")
    return _INTERNAL


def _strings(metadata: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in metadata.items()} if isinstance(metadata, Mapping) else {}


@contextmanager
def field(path: str) -> Iterator[None]:
    """Turn a ValueError of the block into InvalidArgument about the request's field `path` ("lead.phone")."""
    try:
        yield
    except ValueError as error:
        reason = getattr(error, "reason", None)
        text = str(error) or "is not valid"
        raise InvalidArgument(
            reason if isinstance(reason, str) and not isinstance(error, UnicodeError) else "INVALID_ARGUMENT",
            f"{path}: {text}",
            violations=(FieldViolation(path, text),),
        ) from error
