"""The customers' stock, and who is reminded to reorder."""

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.documents import CustomerStock
from services.leads.documents.customer_stock import USUAL_PURCHASE
from tests.leads.room import DIRECTOR, MARKETING, SUPERVISOR, Room
from tests.leads.test_intake_workbooks import FAR, sheet_xml, workbook_with
from tests.leads.visits_room import ALICE, BOB, OTHER_BOSS, VisitsRoom, emitted

HEADER = "客户名称,货号,库存,安全库存,最近采购日期,余额分\n"


@pytest.fixture
def visits(room: Room) -> VisitsRoom:
    found = VisitsRoom(room)
    found.account_of("alice", "江南贸易有限公司")
    return found


def counts(answer: pb.ImportCustomerStockResponse) -> tuple[int, int, int, int]:
    return answer.created, answer.changed, answer.unchanged, len(answer.problems)


def stock_of(visits: VisitsRoom, caller: Principal = ALICE, **filters: Any) -> list[pb.CustomerStock]:
    return list(visits.ask("ListCustomerStock", pb.ListCustomerStockRequest(**filters), caller).stock)


def test_a_file_is_taken_in_once(visits: VisitsRoom) -> None:
    content = (HEADER + "江南贸易,A1,20,10,2026-11-01,-5000\n江南贸易,B2,9,10,,\n").encode("gbk")
    assert counts(visits.import_stock(content, validate_only=True)) == (2, 0, 0, 0)
    assert stock_of(visits) == []
    assert counts(visits.import_stock(content)) == (2, 0, 0, 0)
    before = list(CustomerStock.collection().find())
    assert counts(visits.import_stock(content)) == (0, 0, 2, 0)
    assert list(CustomerStock.collection().find()) == before
    rows = {each.sku: each for each in stock_of(visits)}
    assert (rows["A1"].on_hand, rows["A1"].safety_level, rows["A1"].balance_minor) == (20, 10, -5000)
    assert (rows["A1"].last_purchase_date, rows["A1"].is_below_safety_level) == ("2026-11-01", False)
    assert rows["B2"].is_below_safety_level
    assert [each.sku for each in stock_of(visits, only_below_safety_level=True)] == ["B2"]


def test_a_workbook_is_read_like_a_text_file(visits: VisitsRoom) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["Kunde", "Artikel", "库存", "安全库存", "上次采购日期"],
        ["江南贸易", "A1", 7, 10, date(2026, 11, 1)],
    ):
        sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    answer = visits.import_stock(file.getvalue(), columns={"account": "Kunde", "sku": "Artikel"})
    assert counts(answer) == (1, 0, 0, 0)
    (row,) = stock_of(visits)
    assert (row.sku, row.on_hand, row.last_purchase_date) == ("A1", 7, "2026-11-01")


def test_bad_rows_are_reported_and_the_others_go_in(visits: VisitsRoom) -> None:
    content = (
        HEADER
        + "江南贸易,A1,多,10,,\n没人认识,A2,1,1,,\n江南贸易,,1,1,,\n江南贸易,A3,1,1,2099-01-01,\n江南贸易,A4,1,1,,\n"
    )
    answer = visits.import_stock(content.encode())
    assert counts(answer) == (1, 0, 0, 4)
    assert [(each.row, each.field, each.reason) for each in answer.problems] == [
        (2, "on_hand", "NOT_A_NUMBER"),
        (3, "account", "ACCOUNT_NOT_FOUND"),
        (4, "sku", "MISSING"),
        (5, "last_purchase_date", "OUT_OF_RANGE"),
    ]
    assert all(each.description["zh"] and each.description["en"] for each in answer.problems)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "IMPORT_UNREADABLE"),
        (b"PK\x03\x04 no workbook", "IMPORT_UNREADABLE"),
        (b"sku,stock\nA,1\n", "IMPORT_MISSING_COLUMN"),
        (b"\xff\xfe\x00\x01", "IMPORT_UNREADABLE"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(visits: VisitsRoom, content: bytes, reason: str) -> None:
    refused = visits.refusal("ImportCustomerStock", pb.ImportCustomerStockRequest(content=content))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", reason)


def test_an_account_is_known_by_id_name_or_its_leads_external_id(visits: VisitsRoom) -> None:
    lead = visits.room.created_and_routed(company="海东商贸", channel="expo", external_id="V7")
    lines = f"{lead.account_id},A1,1,0,,\n海东商贸有限公司,A2,1,0,,\nexpo:V7,A3,1,0,,\nexpo:V7,A1,5,0,,\n"
    answer = visits.import_stock((HEADER + lines).encode())
    assert counts(answer) == (3, 0, 0, 0)
    assert {each.sku: each.on_hand for each in stock_of(visits, account_id=lead.account_id)} == {
        "A1": 5,
        "A2": 1,
        "A3": 1,
    }


def test_each_fall_below_the_level_reminds_once(visits: VisitsRoom) -> None:
    for on_hand in (12, 9, 8, 8, 10, 9):
        visits.import_stock((HEADER + f"江南贸易,A1,{on_hand},10,,\n").encode())
    due = emitted(CustomerStock, "reorder_due.v1")
    assert [(each["on_hand"], each["occurrence"]) for each in due] == [("9", 1), ("9", 2)]
    assert due[0]["owner_id"] == "alice"
    assert due[0]["reasons"]["zh"] == "A1 库存 9，低于安全库存 10，缺 1"
    assert [each["occurrence"] for each in emitted(CustomerStock, "reorder_settled.v1")] == [1]


def test_the_usual_time_between_purchases_reminds_too(visits: VisitsRoom) -> None:
    today = clock.now().date()
    days = [today - timedelta(days=back) for back in (65, 35, 5)]
    for day in days:
        visits.import_stock((HEADER + f"江南贸易,A1,50,10,{day},\n").encode())
    (row,) = stock_of(visits)
    assert row.usual_interval_days == 30
    (stock,) = (CustomerStock._from_son(found) for found in CustomerStock.collection().find())
    due = stock.deadline(USUAL_PURCHASE)
    assert due is not None
    assert due.date() == today + timedelta(days=25)
    stock.cancel(USUAL_PURCHASE)
    stock.remind_of_habit()  # what the worker does when the deadline is due
    stock.commit()
    (told,) = emitted(CustomerStock, "reorder_due.v1")
    assert (told["cause"], told["occurrence"]) == ("usual_interval", 1)
    assert "30" in told["reasons"]["en"]
    visits.import_stock((HEADER + f"江南贸易,A1,50,10,{today},\n").encode())
    (settled,) = emitted(CustomerStock, "reorder_settled.v1")
    assert settled["cause"] == "usual_interval"


def test_stock_is_seen_and_imported_by_those_who_see_the_account(visits: VisitsRoom) -> None:
    content = (HEADER + "江南贸易,A1,1,10,,\n").encode()
    assert counts(visits.import_stock(content, BOB)) == (0, 0, 0, 1)
    assert counts(visits.import_stock(content, SUPERVISOR)) == (1, 0, 0, 0)
    for caller, seen in ((ALICE, 1), (DIRECTOR, 1), (BOB, 0), (OTHER_BOSS, 0)):
        assert len(stock_of(visits, caller)) == seen
    assert visits.refusal("ListCustomerStock", pb.ListCustomerStockRequest(), MARKETING).code == "PERMISSION_DENIED"


@pytest.mark.parametrize("xml", [b" " * 70_000_000, sheet_xml(FAR)], ids=["zip bomb", "far cell"])
def test_a_workbook_that_would_fill_the_memory_is_refused(visits: VisitsRoom, xml: bytes) -> None:
    refused = visits.refusal("ImportCustomerStock", pb.ImportCustomerStockRequest(content=workbook_with(xml)))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "IMPORT_TOO_LARGE")
    assert CustomerStock.collection().count_documents({}) == 0
