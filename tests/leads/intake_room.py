"""Builders for the tests of intake beside the single lead."""

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import openpyxl

from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer
from chassis.tokens import AccessTokenIssuer
from saleloop.leads.v1 import intake_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1.intake_service_pb2_grpc import IntakeServiceStub
from services.leads.commands import intake as commands
from services.leads.phones import phone_normaliser
from tests.leads.room import DIRECTOR, MARKETING, PRIVATE_KEY, SUPERVISOR, Room

PUBLIC = Principal("public", frozenset({"public"}))
HEADER = ("公司名称", "联系人", "联系电话", "来源渠道", "区域", "预算", "紧急程度", "需求标签", "编号")

Cells = Sequence[Any]


def ask(room: Room, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> Any:
    return room.ask(IntakeServiceStub, rpc, request, caller)


def refusal(room: Room, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> RemoteError:
    try:
        answer = ask(room, rpc, request, caller)
    except RemoteError as error:
        return error
    raise AssertionError(f"{rpc} was not refused but answered {answer}")


def from_outside(room: Room, rpc: str, request: Any, **told: str) -> Any:
    """A public call as the gateway passes it on; `told` are metadata with _ for -."""
    token = AccessTokenIssuer(PRIVATE_KEY).issue(PUBLIC, "leads", timedelta(minutes=5))
    metadata = (*bearer(token), *((key.replace("_", "-"), value) for key, value in told.items()))
    return getattr(IntakeServiceStub(room.opened), rpc)(request, metadata=metadata, timeout=30.0)


def good_row(number: int) -> list[Any]:
    return [
        f"客户{number}有限公司",
        "王",
        f"1380013{number:04d}",
        "展会",
        "华东",
        "5万-10万",
        "红",
        "ERP",
        f"A{number}",
    ]


def workbook(rows: Sequence[Cells], header: Cells = HEADER, merge: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (header, *rows):
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def csv_bytes(rows: Sequence[Cells], header: Cells = HEADER) -> bytes:
    return "\r\n".join(",".join(str(cell) for cell in row) for row in (header, *rows)).encode()


def sheet_of(content: bytes) -> list[list[Any]]:
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def start(room: Room, content: bytes, caller: Principal = MARKETING, **fields: Any) -> pb.LeadImport:
    request = pb.StartImportRequest(content=content, **fields)
    answer: pb.StartImportResponse = ask(room, "StartImport", request, caller)
    return answer.lead_import


def run(import_id: str) -> None:
    """The worker's part."""
    commands.run_import(import_id, normalise_phone=phone_normaliser("CN"))


def imported(room: Room, content: bytes, caller: Principal = MARKETING, **fields: Any) -> pb.LeadImport:
    """A file after the worker has dealt with it."""
    started = start(room, content, caller, **fields)
    run(started.id)
    return look(room, started.id, caller)


def look(room: Room, import_id: str, caller: Principal = MARKETING) -> pb.LeadImport:
    answer: pb.GetImportResponse = ask(room, "GetImport", pb.GetImportRequest(import_id=import_id), caller)
    return answer.lead_import


def account_of(room: Room, company: str, phone: str, owner: str = "alice") -> str:
    """An account of this company that `owner` has."""
    lead = room.create(company=company, phone=phone)
    request = leads_pb.ConfirmRoutingRequest(lead_id=lead.id, salesperson_id=owner, why="test")
    answer: leads_pb.ConfirmRoutingResponse = room.call("ConfirmRouting", request, DIRECTOR)
    return answer.lead.account_id


def two_that_share_a_phone(room: Room, owners: Sequence[str] = ("alice", "alice")) -> tuple[str, str]:
    """A later lead of the first company came with the phone of the second."""
    first = account_of(room, "江南贸易有限公司", "13800138001", owners[0])
    second = account_of(room, "江南进出口有限公司", "13800138002", owners[1])
    assert account_of(room, "江南贸易", "13800138002", owners[0]) == first
    return first, second
