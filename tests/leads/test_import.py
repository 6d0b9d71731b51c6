"""Files of leads, as people really send them."""

import csv
import io
from pathlib import Path

import pytest

from saleloop.leads.v1 import leads_service_pb2 as pb
from services.leads.documents import Lead
from tests.leads.room import MARKETING, Room, told

HEADER = "公司名称,联系人,联系电话,来源渠道,区域,预算,紧急程度,需求标签,编号"
DEMO_FILE = Path("demo/data/leads.csv")


def csv_file(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join((header, *rows, "")).encode()


GOOD = "江南贸易有限公司,王小明,13800138001,展会,华东,5万-10万,红,ERP；仓储,A1"


def row(number: int) -> str:
    return f"客户{number}有限公司,王,1380013{number:04d},展会,华东,,红,ERP,"


def test_the_demos_file_goes_in_but_for_its_three_bad_rows(room: Room) -> None:
    answer = room.import_csv(DEMO_FILE.read_bytes())
    assert (answer.created, answer.unchanged, len(answer.lead_ids)) == (47, 0, 47)
    assert [(found.row, found.field, found.reason) for found in answer.problems] == [
        (13, "phone", "NOT_A_PHONE_NUMBER"),
        (28, "urgency", "UNKNOWN_URGENCY"),
        (42, "company", "MISSING"),
    ]
    assert all(found.description["zh"] and found.description["en"] for found in answer.problems)
    assert len(told("lead_created.v1")) == 47


def test_cells_are_read_as_people_write_them(room: Room) -> None:
    (lead_id,) = room.import_csv(csv_file(GOOD)).lead_ids
    lead = room.lead(lead_id)
    assert (lead.company, lead.contact_name, lead.phone) == ("江南贸易有限公司", "王小明", "+8613800138001")
    assert (lead.channel, lead.urgency, lead.budget_range) == ("expo", pb.URGENCY_RED, "50000-100000")
    assert (list(lead.needs), lead.external_id) == (["ERP", "仓储"], "A1")


def test_the_same_file_twice_changes_nothing(room: Room) -> None:
    file = csv_file(GOOD, row(1), row(2), row(2))
    assert room.import_csv(file).created == 4
    again = room.import_csv(file)
    assert (again.created, again.unchanged, list(again.lead_ids)) == (0, 4, [])
    assert Lead.collection().count_documents({}) == 4
    assert len(told("lead_created.v1")) == 4


def test_a_corrected_file_adds_only_what_was_corrected(room: Room) -> None:
    assert room.import_csv(csv_file(row(1), row(2).replace("13800130002", "12"))).created == 1
    corrected = room.import_csv(csv_file(row(1), row(2)))
    assert (corrected.created, corrected.unchanged) == (1, 1)


def test_a_validation_takes_nothing_in(room: Room) -> None:
    answer = room.import_csv(csv_file(GOOD, row(1), "无电话公司,,,,,,,,"), validate_only=True)
    assert (answer.created, len(answer.problems), list(answer.lead_ids)) == (2, 1, [])
    assert Lead.collection().count_documents({}) == 0


@pytest.mark.parametrize(
    "content",
    [
        csv_file(GOOD).decode().encode("utf-8-sig"),
        csv_file(GOOD).decode().encode("gbk"),
        csv_file(GOOD).replace(b",", b";"),
        csv_file(GOOD).replace(b",", b"\t"),
        csv_file(GOOD).replace(b"\r\n", b"\n"),
    ],
    ids=["utf-8 with BOM", "GBK", "semicolons", "tabs", "line feeds"],
)
def test_what_spreadsheet_programs_make_of_csv_is_read(room: Room, content: bytes) -> None:
    (lead_id,) = room.import_csv(content).lead_ids
    assert room.lead(lead_id).company == "江南贸易有限公司"


def test_english_names_and_any_order_of_columns_are_known(room: Room) -> None:
    (lead_id,) = room.import_csv(csv_file("13800138001,ACME Ltd", header="Mobile,Company Name")).lead_ids
    assert room.lead(lead_id).company == "ACME Ltd"


def test_other_names_of_columns_can_be_given(room: Room) -> None:
    file = csv_file("ACME Ltd,13800138001", header="Kunde,Nummer")
    answer = room.import_csv(file, columns={"company": "Kunde", "phone": "Nummer"})
    assert answer.created == 1


def refused(room: Room, content: bytes, **fields: object) -> tuple[str, str, str]:
    request = pb.ImportLeadsRequest(content=content, **fields)  # type: ignore[arg-type]  # one dict for any fields
    error = room.refusal("ImportLeads", request, MARKETING)
    assert Lead.collection().count_documents({}) == 0
    return error.code, error.reason, error.failure.message


def test_missing_columns_are_named(room: Room) -> None:
    code, reason, message = refused(room, csv_file("江南,展会", header="公司名称,来源渠道"))
    assert (code, reason) == ("INVALID_ARGUMENT", "IMPORT_MISSING_COLUMN")
    assert "phone" in message
    assert "公司名称, 来源渠道" in message


def test_a_mapping_to_a_column_that_is_not_there_is_refused(room: Room) -> None:
    assert refused(room, csv_file(GOOD), columns={"company": "Kunde"})[1] == "IMPORT_MISSING_COLUMN"
    assert refused(room, csv_file(GOOD), columns={"shoe_size": "编号"})[1] == "INVALID_FIELD"


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", "﻿".encode()], ids=["no byte", "empty rows", "a BOM alone"])
def test_an_empty_file_is_refused(room: Room, content: bytes) -> None:
    assert refused(room, content)[1] == "IMPORT_UNREADABLE"


@pytest.mark.parametrize(
    "content",
    [b"\x80\x81\xff\xfe\xff\xff", b"PK\x03\x04workbook", csv_file(GOOD).decode().encode("utf-16")],
    ids=["no text at all", "a workbook", "UTF-16"],
)
def test_what_is_no_text_is_refused(room: Room, content: bytes) -> None:
    assert refused(room, content)[1] == "IMPORT_UNREADABLE"


def test_invalid_bytes_in_a_utf8_file_cost_their_row_only(room: Room) -> None:
    damaged = row(2).encode().replace("有限".encode(), b"\xe6\xff")
    answer = room.import_csv(csv_file(row(1)) + damaged + b"\r\n" + row(3).encode())
    assert answer.created == 2
    assert [(found.row, found.reason) for found in answer.problems] == [(3, "UNREADABLE")]


def test_a_quote_that_never_ends_is_refused_with_its_row(room: Room) -> None:
    _, reason, message = refused(room, csv_file(GOOD, '"客户,13800138002'))
    assert reason == "IMPORT_UNREADABLE"
    assert "row 3" in message


def test_a_formula_is_text_and_a_phone_may_start_with_a_plus(room: Room) -> None:
    formulas = ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1:A9)"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["company", "phone", "contact"])
    writer.writerows([formula, f"+861380013800{number}", "=1+1"] for number, formula in enumerate(formulas))
    leads = [room.lead(lead_id) for lead_id in room.import_csv(text.getvalue().encode()).lead_ids]
    assert [lead.company for lead in leads] == formulas
    assert {lead.contact_name for lead in leads} == {"=1+1"}
    assert leads[0].phone == "+8613800138000"


def test_a_row_with_too_many_cells_is_reported(room: Room) -> None:
    answer = room.import_csv(csv_file(GOOD + ",surplus"))
    assert [found.reason for found in answer.problems] == ["TOO_MANY_CELLS"]


def test_empty_rows_count_as_a_spreadsheet_counts_them(room: Room) -> None:
    answer = room.import_csv(csv_file("", row(1), ",,,,,,,,", "坏公司,,1,,,,,,"))
    assert (answer.created, [found.row for found in answer.problems]) == (1, [5])


def test_a_hundred_thousand_rows_are_refused(room: Room) -> None:
    file = csv_file(*(f"客户{number},13800138001" for number in range(100_000)), header="公司,电话")
    code, reason, message = refused(room, file)
    assert (code, reason) == ("INVALID_ARGUMENT", "IMPORT_TOO_LARGE")
    assert "20000" in message


def test_thousands_of_rows_go_in_in_chunks(room: Room) -> None:
    file = csv_file(*(row(number) for number in range(1_200)))
    assert room.import_csv(file).created == 1_200
    again = room.import_csv(csv_file(*(row(number) for number in range(1_300))))
    assert (again.created, again.unchanged) == (100, 1_200)


def test_an_external_id_twice_in_a_file_is_one_lead(room: Room) -> None:
    answer = room.import_csv(csv_file(GOOD, GOOD.replace("王小明", "李四")))
    assert (answer.created, answer.unchanged) == (1, 1)
