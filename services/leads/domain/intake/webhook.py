"""Signed webhooks as Standard Webhooks describes them, and what stands where in their payload."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import NEEDS, Intake
from services.leads.domain.intake.errors import WebhookRefused

TOLERANCE = timedelta(minutes=5)
PAYLOAD_LIMIT_BYTES = 64 * 1024
ID_LENGTH = 200
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
FIELDS = (
    "company",
    "phone",
    "contact_name",
    "channel",
    "region",
    "budget_range",
    "urgency",
    "needs",
    "external_id",
)
_PATH_LENGTH = 200
_SIGNATURES = 10


def require_signature(
    secret: bytes, webhook_id: str, timestamp: str, signatures: str, body: bytes, now: datetime
) -> None:
    """Raises WebhookRefused unless one of the signatures is ours over exactly this, at most 5 minutes ago."""
    try:
        sent = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise WebhookRefused from None
    if not webhook_id or len(webhook_id) > ID_LENGTH or abs(now - sent) > TOLERANCE:
        raise WebhookRefused
    expected = signature(secret, webhook_id, timestamp, body).encode()
    given = [each.encode() for each in signatures.split(" ")[:_SIGNATURES]]
    # All of them are compared, so that the time tells nothing.
    if sum(hmac.compare_digest(each, expected) for each in given) == 0:
        raise WebhookRefused


def signature(secret: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """What a sender puts into the header webhook-signature."""
    signed = webhook_id.encode() + b"." + timestamp.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def secret_text(secret: bytes) -> str:
    """The form in which a secret is handed out."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def secret_bytes(text: str) -> bytes:
    """The key in a secret that was handed out. Raises ValueError."""
    try:
        return base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of a webhook") from error


def checked_mapping(mapping: Mapping[str, str], path: str) -> dict[str, str]:
    """Field -> dotted path in the payload. Raises FieldProblem about the request's field `path`."""
    for field, place in mapping.items():
        if field not in FIELDS:
            raise FieldProblem(path, "UNKNOWN_FIELD", f"未知字段 {field[:50]}", f"known are {', '.join(FIELDS)}")
        if not place or len(place) > _PATH_LENGTH or not all(place.split(".")):
            raise FieldProblem(
                f"{path}.{field}", "NOT_A_PATH", "须为以点分隔的路径", "names with dots between them are expected"
            )
    return dict(mapping)


def read_payload(body: bytes, mapping: Mapping[str, str], channel: str, region: str) -> Intake:
    """What the payload says; `channel` and `region` where it says nothing. Raises FieldProblem."""
    if len(body) > PAYLOAD_LIMIT_BYTES:
        raise _unreadable(f"最多 {PAYLOAD_LIMIT_BYTES} 字节", f"at most {PAYLOAD_LIMIT_BYTES} bytes")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise _unreadable("不是 JSON", "not JSON") from None
    if not isinstance(payload, dict):
        raise _unreadable("不是 JSON 对象", "not a JSON object")
    found = {field: _found(payload, mapping.get(field, field)) for field in FIELDS}
    text = {field: _text(field, value) for field, value in found.items() if field != "needs"}
    return Intake(
        company=text["company"],
        phone=text["phone"],
        contact_name=text["contact_name"],
        channel=text["channel"] or channel,
        region=text["region"] or region,
        budget_range=text["budget_range"],
        urgency=text["urgency"],
        needs=_needs(found["needs"]),
        external_id=text["external_id"],
    )


def _found(payload: Mapping[str, Any], path: str) -> Any:
    value: Any = payload
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(field: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    raise FieldProblem(field, "NOT_TEXT", "须为文本", "text is expected")


def _needs(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and len(value) <= NEEDS:
        return tuple(_text("needs", each) for each in value)
    if isinstance(value, list):
        raise FieldProblem("needs", "TOO_MANY", f"最多 {NEEDS} 个需求标签", f"at most {NEEDS} needs")
    text = _text("needs", value)
    return (text,) if text else ()


def _unreadable(zh: str, en: str) -> FieldProblem:
    return FieldProblem("payload", "UNREADABLE", zh, en)
