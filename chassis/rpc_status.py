"""Failures as grpc carries them: google.rpc.Status with ErrorInfo and BadRequest, there and back."""

from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from chassis.errors import Failure, FieldViolation

_DETAILS = "grpc-status-details-bin"


def domain_of(service: str) -> str:
    """The ErrorInfo domain of a service: "leads" -> "leads.saleloop"."""
    return f"{service}.saleloop"


def to_status(failure: Failure) -> status_pb2.Status:
    """The google.rpc.Status of a failure: always an ErrorInfo, and a BadRequest when fields are wrong."""
    status = status_pb2.Status(code=code_pb2.Code.Value(failure.code), message=failure.message)
    _pack(
        status,
        error_details_pb2.ErrorInfo(reason=failure.reason, domain=failure.domain, metadata=dict(failure.metadata)),
    )
    if failure.violations:
        bad_request = error_details_pb2.BadRequest()
        for violation in failure.violations:
            bad_request.field_violations.add(field=violation.field, description=violation.description)
        _pack(status, bad_request)
    return status


def abort(context: grpc.ServicerContext, failure: Failure) -> None:
    """End the call with `failure`. Always raises (grpc's own way to end a call)."""
    context.set_trailing_metadata(((_DETAILS, to_status(failure).SerializeToString()),))
    context.abort(getattr(grpc.StatusCode, failure.code), failure.message)


def failure_of(error: Any) -> Failure:
    """The failure that a grpc.RpcError (sync or aio) carries; one without details gets its code as reason."""
    code, message = error.code().name, error.details() or ""
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            return _from_status(code, message, value)
    return Failure(code, code, message)


def _from_status(code: str, message: str, raw: bytes) -> Failure:
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status_pb2.Status.FromString(raw).details:
        if not detail.Unpack(info):
            detail.Unpack(bad_request)
    return Failure(
        code,
        info.reason or code,
        message,
        dict(info.metadata),
        tuple(FieldViolation(item.field, item.description) for item in bad_request.field_violations),
        info.domain,
    )


def _pack(status: status_pb2.Status, detail: Any) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)
