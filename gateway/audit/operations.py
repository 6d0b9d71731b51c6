"""GET /v1/audit."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from chassis.errors import InvalidArgument
from chassis.pages import open_page
from chassis.principal import Principal
from contracts.topology import SERVICES
from gateway.audit import store
from saleloop.gateway.v1 import gateway_service_pb2 as pb


def audit_handlers() -> Mapping[str, Callable[[Any, Principal], Message]]:
    """By name of the operation."""
    return {"gateway.ListAuditEntries": list_audit_entries}


def list_audit_entries(request: pb.ListAuditEntriesRequest, by: Principal) -> pb.ListAuditEntriesResponse:
    """The entries of one service, newest first."""
    if request.service not in SERVICES:
        raise InvalidArgument("INVALID_ARGUMENT", f"must be one of {', '.join(SERVICES)}", field="service")
    page = open_page(request)
    before = int(page.after[0]) if page.after is not None else None
    rows = store.entries_before(request.service, request.document_id, before, page.size + 1)
    shown, token = page.cut(rows, lambda row: (row[0].seq,))
    entries = [
        pb.AuditEntry(
            service=request.service,
            seq=link.seq,
            event_id=link.event_id,
            record=ParseDict(dict(record), Struct()),
            prev_hash=link.prev_hash,
            hash=link.hash,
        )
        for link, record in shown
    ]
    return pb.ListAuditEntriesResponse(entries=entries, next_page_token=token)
