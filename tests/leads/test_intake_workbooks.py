"""What spreadsheet programs do to cells, and files that cannot be taken at all."""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest

from saleloop.leads.v1 import intake_service_pb2 as pb
from services.leads.documents import Lead, LeadImport
from tests.leads.intake_room import (
    csv_bytes,
    good_row,
    imported,
    refusal,
    start,
    workbook,
)
from tests.leads.room import MARKETING, Room


def test_what_a_spreadsheet_program_did_to_a_cell_is_told(room: Room) -> None:
    rows: list[list[Any]] = [
        ["甲", "王", 13800138001, "展会", "华东", datetime(2026, 5, 10), "红", "", ""],
        ["乙", "王", "=1+1", "展会", "华东", "", "红", "", ""],
        ["丙", "王", 13800138003, "展会", "华东", "", "红", "", 123456789012345678],
        ["丁", "王", 13800138004, None, "华东", "", "红", "", ""],
        [],
        ["戊", "王", 13800138005.0, "展会", "华东", 50000, "红", "ERP；CRM", 17],
    ]
    done = imported(room, workbook(rows, merge=["D4:D5"]))
    assert {(each.row, each.field, each.reason) for each in done.problems} == {
        (2, "budget_range", "DATE_CELL"),
        (3, "phone", "FORMULA_WITHOUT_VALUE"),
        (4, "external_id", "NUMBER_ROUNDED"),
        (5, "channel", "MERGED_CELL"),
    }
    lead = Lead.collection().find_one({}) or {}
    assert (lead["phone"], lead["external_id"], lead["budget_range"]) == ("+8613800138005", "17", "50000")


def sheet_xml(cells: bytes) -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return b"<worksheet " + space + b"><sheetData>" + cells + b"</sheetData></worksheet>"


def workbook_with(xml: bytes) -> bytes:
    content = io.BytesIO()
    made = zipfile.ZipFile(io.BytesIO(workbook([good_row(1)])))
    with made, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in made.infolist():
            packed.writestr(part.filename, xml if "sheet1" in part.filename else made.read(part))
    return content.getvalue()


FAR = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
WITHOUT_PLACES = b"<row>" + b"<c/>" * 150 + b"</row>" + b"<row><c/></row>" * 90_000
FAR_WITHOUT_PLACES = b'<row r="1"><c><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (workbook_with(b" " * 70_000_000), "IMPORT_TOO_LARGE"),
        (workbook_with(sheet_xml(FAR)), "IMPORT_TOO_LARGE"),
        (workbook_with(sheet_xml(FAR_WITHOUT_PLACES)), "IMPORT_TOO_LARGE"),
        (workbook_with(sheet_xml(b'<row r="1"><c r="ZZZ1"><v>1</v></c></row>')), "IMPORT_TOO_LARGE"),
        (workbook_with(sheet_xml(b"<c " + b" r='A1'" * 500_000)), "IMPORT_UNREADABLE"),
        (workbook_with(sheet_xml(b"<c " * 10_000_000)), "IMPORT_TOO_LARGE"),
        (workbook_with(sheet_xml(WITHOUT_PLACES)), "IMPORT_TOO_LARGE"),
        (csv_bytes([["a", "b"]] * 20_001, ("公司", "电话")), "IMPORT_TOO_LARGE"),
        (workbook([good_row(1)])[:3_000], "IMPORT_UNREADABLE"),
        (workbook([good_row(1)])[:500] + workbook([good_row(1)])[520:], "IMPORT_UNREADABLE"),
        (b"PK\x03\x04no workbook", "IMPORT_UNREADABLE"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "IMPORT_UNREADABLE"),
        (csv_bytes([good_row(1)]).decode().encode("utf-16"), "IMPORT_UNREADABLE"),
        (b"\x80\x81\xff\xfe\xff\xff", "IMPORT_UNREADABLE"),
        (b"", "IMPORT_UNREADABLE"),
        (workbook([], ()), "IMPORT_UNREADABLE"),
        (workbook([["甲"]], ("公司",)), "IMPORT_MISSING_COLUMN"),
    ],
    ids=[
        "zip bomb",
        "far cell",
        "far cell without place",
        "wide",
        "endless tag",
        "tags in tags",
        "no places",
        "too many rows",
        "cut off",
        "cut in the middle",
        "no zip",
        "XLS",
        "UTF-16",
        "no text",
        "no byte",
        "empty sheet",
        "no phone",
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_the_door(room: Room, content: bytes, reason: str) -> None:
    refused = refusal(room, "StartImport", pb.StartImportRequest(content=content), MARKETING)
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", reason)
    assert [violation.field for violation in refused.violations] == ["content"]
    assert LeadImport.collection().count_documents({}) == 0


def test_twenty_thousand_rows_are_taken_at_the_door(room: Room) -> None:
    assert start(room, csv_bytes([["甲", "1"]] * 20_000, ("公司", "电话"))).rows_total == 20_000


def test_a_number_that_a_csv_file_has_shortened_is_told(room: Room) -> None:
    done = imported(room, csv_bytes([["甲", "王", "1.38E+10"], ["乙", "王", "+8613800138001"]]))
    assert [(each.row, each.field, each.reason) for each in done.problems] == [(2, "phone", "NUMBER_ROUNDED")]
