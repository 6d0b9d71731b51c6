"""Example values for the OpenAPI document, by the names of fields."""

import base64
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_TIME = "2026-03-02T08:00:00Z"
_BY_NAME: dict[str, Any] = {
    "account_id": "01JQ8Z5W0A7M3T2K9V4C6R1XYZ",
    "attributes": {"industry": "machinery"},
    "budget_range": "50000-100000",
    "channel": "expo",
    "columns": {"phone": "电话"},
    "comment": "价格已核对",
    "company": "上海明远机电有限公司",
    "contact_name": "王芳",
    "content": base64.b64encode("company,电话\n上海明远机电有限公司,+8613800000000\n".encode()).decode(),
    "closing_hour": 22,
    "cost_minor": "700000",
    "currency_code": "CNY",
    "description": "Industrial pump",
    "document": "acceptance-2026-03.pdf",
    "due_days": 30,
    "email": "wang.fang@example.com",
    "epoch": 1,
    "external_id": "expo-2026-0017",
    "first_day": "2026-03-02",
    "floor_price_minor": "900000",
    "language": "zh",
    "last_day": "2026-03-08",
    "latitude": 31.23,
    "launch_day": "2026-03-02",
    "longitude": 121.47,
    "min_quantity": "1",
    "name": "王芳",
    "needs": ["pump", "maintenance"],
    "note": "已点两遍",
    "new_password": "a-long-new-password",
    "old_password": "a-long-old-password",
    "page_size": 50,
    "password": "a-long-first-password",
    "phone": "+8613800000000",
    "prepayment_bp": 0,
    "quantity": "2",
    "reason": "客户要求",
    "refresh_token": "01JQ8Z5W0A7M3T2K9V4C6R1XYZ.kZ0pQ2v7",
    "region": "east",
    "request_id": "4f2f5e0e-7e0a-4f43-9d56-6f0f3f1c2a10",
    "roles": ["salesperson"],
    "share_bp": 10_000,
    "sku": "PUMP-100",
    "store_ids": ["367"],
    "summary": "客户需要两台泵",
    "tags": ["pump", "valve", "east"],
    "time_zone": "Asia/Shanghai",
    "unit": "piece",
    "unit_price_minor": "1200000",
    "until": _TIME,
    "username": "wang.fang",
    "valid_until": "2029-12-31T16:00:00Z",
    "why": "更熟悉这个客户",
}
# Where a name means something else than elsewhere: the message's full name -> field -> value.
_BY_MESSAGE: dict[str, dict[str, Any]] = {
    "saleloop.leads.v1.ImportCustomerStockRequest": {
        "content": base64.b64encode("客户,货号,现有\n上海明远机电有限公司,PUMP-100,3\n".encode()).decode(),
        "columns": {"on_hand": "现有"},
    },
    "saleloop.leads.v1.PlanVisitRouteRequest": {"day": "2026-03-02", "begin_minute": 540, "end_minute": 1080},
    "saleloop.leads.v1.AddSitePhotoRequest": {
        "content": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(),
        "media_type": "image/png",
    },
}
_BY_KIND: dict[int, Any] = {
    FieldDescriptor.CPPTYPE_BOOL: False,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.5,
    FieldDescriptor.CPPTYPE_FLOAT: 0.5,
    FieldDescriptor.CPPTYPE_INT32: 1,
    FieldDescriptor.CPPTYPE_UINT32: 1,
    FieldDescriptor.CPPTYPE_INT64: "1",
    FieldDescriptor.CPPTYPE_UINT64: "1",
}
_ID = "01JQ8Z5W0A7M3T2K9V4C6R1XYZ"
_MAX_DEPTH = 5
_SERVER_SET = ("version", "create_time", "request_id")


def example(descriptor: Descriptor, without: frozenset[str] = frozenset(), depth: int = 0) -> dict[str, Any]:
    """A body that the contract accepts (whether the named things exist is another matter)."""
    if depth > _MAX_DEPTH:
        return {}
    own = _BY_MESSAGE.get(descriptor.full_name, {})
    return {
        field.name: own[field.name] if field.name in own else _value(field, depth)
        for field in descriptor.fields
        if field.name not in without and field.name not in _SERVER_SET
    }


def _value(field: FieldDescriptor, depth: int) -> Any:
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        named = _BY_NAME.get(field.name)
        return named if isinstance(named, dict) else {"zh": _single(message.fields_by_name["value"], field.name, depth)}
    if not field.is_repeated:
        return _single(field, field.name, depth)
    named = _BY_NAME.get(field.name)
    return named if isinstance(named, list) else [_single(field, field.name, depth)]


def _single(field: FieldDescriptor, name: str, depth: int) -> Any:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return _BY_NAME.get(name, _TIME)
        return example(field.message_type, depth=depth + 1)
    if field.enum_type is not None:
        return field.enum_type.values[min(1, len(field.enum_type.values) - 1)].name
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _BY_NAME["content"]
    named = _BY_NAME.get(name)
    if named is not None and not isinstance(named, list | dict):
        return named
    if field.cpp_type in _BY_KIND:
        return _BY_KIND[field.cpp_type]
    return _ID if name.endswith("_id") or name == "id" else name.replace("_", " ")
