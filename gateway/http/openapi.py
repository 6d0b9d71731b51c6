"""The OpenAPI 3.1 document, generated from the contracts and the access table."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.http.answers import XLSX
from gateway.http.comments import comments
from gateway.http.examples import example
from gateway.http.operations import Operation, by_template, variables
from gateway.http.requests import RAW_TYPES
from gateway.http.schemas import Schema, Schemas

_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. `reason` is stable and meant for programs; `title` follows Accept-Language (zh, en).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "examples": ["INVALID_ARGUMENT"]},
        "reason": {"type": "string", "examples": ["LEAD_NOT_FOUND"]},
        "domain": {"type": "string", "examples": ["leads.saleloop"]},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "description": {"type": "string"}},
            },
        },
        "trace_id": {"type": "string"},
    },
    "required": ["type", "title", "status"],
}
_FILE_ANSWERS = ("application/pdf", XLSX)
_FAILURES = {
    "400": "The request does not fit its contract; `errors` names each field.",
    "401": "No token, or one that is expired or forged.",
    "403": "The caller's roles do not allow it.",
    "404": "Not there, or not visible to the caller.",
    "409": "The present state does not allow it, or somebody else changed it meanwhile.",
    "413": "The body is larger than 10 MB.",
    "422": "The Idempotency-Key was used with another request.",
    "429": "Too many requests; see Retry-After.",
    "503": "A service is away; see Retry-After.",
    "504": "No answer within the time limit.",
}
_TIMEOUT_HEADER: Schema = {
    "name": "X-Request-Timeout",
    "in": "header",
    "description": "Seconds that the caller waits, at most 30.",
    "schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 30},
}
_IDEMPOTENCY_HEADER: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Up to 255 visible characters. The same key with the same request gives the same answer for "
    "24 h (Idempotency-Replayed: true); with another request 422.",
    "schema": {"type": "string", "maxLength": 255},
}


def openapi_document(
    operations: Iterable[Operation], roles: Mapping[str, list[str]], unauthenticated: frozenset[str], version: str
) -> dict[str, Any]:
    """The whole document. `roles` names who may call which operation; `unauthenticated` need no token."""
    schemas = Schemas()
    schemas.components["Problem"] = _PROBLEM
    paths: dict[str, dict[str, Any]] = {}
    operations = tuple(operations)
    for template, by_verb in sorted(by_template(operations).items()):
        for verb, operation in by_verb.items():
            described = _operation(operation, template, schemas)
            described["x-saleloop-roles"] = roles.get(operation.name, [])
            if operation.name in unauthenticated:
                described["security"] = []
            paths.setdefault(template, {})[verb.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Saleloop",
            "version": version,
            "description": "The whole sales loop of a distributor or a chain of stores. "
            "Log in with POST /v1/auth:login and send the access token as a bearer token.",
        },
        "tags": [{"name": name} for name in sorted({item.service for item in operations})],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {code: _failure(text) for code, text in _FAILURES.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}],
    }


def _failure(text: str) -> Schema:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text, "content": content}


def _operation(operation: Operation, template: str, schemas: Schemas) -> dict[str, Any]:
    text = comments().get(operation.method.full_name, "")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.service],
        "summary": text.split(". ")[0].rstrip(".") or operation.method.name,
        "parameters": _parameters(operation, template, schemas),
        "responses": {"200": _success(operation, schemas)}
        | {code: {"$ref": f"#/components/responses/{code}"} for code in _FAILURES},
    }
    if text:
        described["description"] = text
    if operation.body:
        described["requestBody"] = {"required": True, "content": _body(operation, schemas)}
    return described


def _parameters(operation: Operation, template: str, schemas: Schemas) -> list[Schema]:
    found: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in variables(template)
    ]
    in_path = {name.split(".")[0] for name in operation.path_fields}
    if operation.body != "*":
        found += [
            {"name": field.name, "in": "query", "schema": schemas.field(field)}
            for field in operation.method.input_type.fields
            if field.name not in in_path and field.name != operation.body
        ]
    if operation.verb == "POST":
        found.append(_IDEMPOTENCY_HEADER)
    found.append(_TIMEOUT_HEADER)
    return found


def _body(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    if operation.takes_raw_body:
        return {"application/json": {"schema": {"type": "object"}, "example": {"company": "上海明远机电有限公司"}}}
    descriptor = operation.body_type
    assert descriptor is not None, "called for operations with a body only"  # noqa: S101 - narrows the type
    prefix = "" if operation.body == "*" else f"{operation.body}."
    in_path = frozenset(name.removeprefix(prefix) for name in operation.path_fields if name.startswith(prefix))
    schema = schemas.object_schema(descriptor, in_path) if in_path else schemas.reference(descriptor)
    content: dict[str, Any] = {
        "application/json": {"schema": schema, "example": example(descriptor, in_path)},
    }
    if operation.content_field is not None:
        content |= {kind: {"schema": {"type": "string", "contentMediaType": kind}} for kind in RAW_TYPES}
    return content


def _success(operation: Operation, schemas: Schemas) -> Schema:
    if operation.is_raw:
        return {"description": "The file.", "content": {kind: {"schema": {"type": "string"}} for kind in _FILE_ANSWERS}}
    schema = schemas.reference(operation.method.output_type)
    if operation.is_stream:
        text = "Server-sent events; the data of each is one such message. Comments are heartbeats."
        return {"description": text, "content": {"text/event-stream": {"schema": schema}}}
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}
