"""Files of leads, taken in by the worker: progress, kills, bad rows."""

from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import files
from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import intake_service_pb2 as pb
from services.leads.commands import intake as commands
from services.leads.documents import Lead, LeadImport
from services.leads.documents.lead_import import FILE_KEPT, FORGET_FILE
from services.leads.domain.intake.cell_safety import neutralised, without_quote
from tests.leads.intake_room import (
    HEADER,
    ask,
    csv_bytes,
    good_row,
    imported,
    look,
    refusal,
    run,
    sheet_of,
    start,
    workbook,
)
from tests.leads.room import DIRECTOR, MARKETING, SUPERVISOR, Room, told

running = import_module("services.leads.commands.intake.run_import")  # its name there is the function's
OTHER_BOSS = Principal("boss2", frozenset({"supervisor"}), team_id="t2", region="west")


def figures(found: pb.LeadImport) -> tuple[int, int, int, int]:
    return found.rows_read, found.created, found.unchanged, found.bad


@pytest.mark.parametrize("make", [csv_bytes, workbook], ids=["CSV", "XLSX"])
def test_a_file_goes_in_and_a_second_time_changes_nothing(room: Room, make: Any) -> None:
    content = make([good_row(number) for number in range(1_200)])
    started = start(room, content, file_name="展会.csv")
    assert (started.state, started.rows_total, started.rows_read) == (pb.IMPORT_STATE_RUNNING, 1_200, 0)
    run(started.id)
    done = look(room, started.id)
    assert (done.state, done.file_name) == (pb.IMPORT_STATE_DONE, "展会.csv")
    assert figures(done) == (1_200, 1_200, 0, 0)
    assert figures(imported(room, content)) == (1_200, 0, 1_200, 0)
    assert Lead.collection().count_documents({}) == len(told("lead_created.v1")) == 1_200


def test_csv_and_xlsx_of_the_same_rows_are_the_same_rows(room: Room) -> None:
    rows = [[*good_row(number)[:-1], ""] for number in range(20)]
    assert imported(room, csv_bytes(rows)).created == 20
    numbers = [[*row[:2], int(row[2]), *row[3:]] for row in rows]
    assert imported(room, workbook(numbers)).unchanged == 20


def test_a_dry_run_tells_the_figures_and_takes_nothing_in(room: Room) -> None:
    content = csv_bytes([good_row(1), good_row(1), good_row(2), ["", "", "1"]])
    dry = imported(room, content, validate_only=True)
    assert figures(dry) == (4, 2, 1, 1)
    assert Lead.collection().count_documents({}) == 0
    assert figures(imported(room, content)) == figures(dry)


def test_a_kill_between_any_two_writes_costs_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    content = csv_bytes([*(good_row(number) for number in range(1_300)), ["", "", "1"], good_row(7)])
    started = start(room, content)

    class Killed(BaseException):
        pass

    def killed_before_progress(*_: object) -> LeadImport:
        raise Killed

    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(running, "_recorded", killed_before_progress)
            with pytest.raises(Killed):
                run(started.id)
    half = look(room, started.id)
    assert (half.rows_read, Lead.collection().count_documents({})) == (0, 500)
    run(started.id)
    run(started.id)
    assert figures(look(room, started.id)) == (1_302, 1_300, 1, 1)
    assert Lead.collection().count_documents({}) == len(told("lead_created.v1")) == 1_300


def test_a_cancelled_import_stops_and_what_is_in_stays(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    started = start(room, csv_bytes([good_row(number) for number in range(1_200)]))
    take_in = running._take_in

    def cancel_meanwhile(*given_: Any) -> int:
        created: int = take_in(*given_)
        ask(room, "CancelImport", pb.CancelImportRequest(import_id=started.id), MARKETING)
        return created

    monkeypatch.setattr(running, "_take_in", cancel_meanwhile)
    run(started.id)
    stopped = look(room, started.id)
    assert stopped.state == pb.IMPORT_STATE_CANCELLED
    assert figures(stopped) == (500, 500, 0, 0)
    again = ask(room, "CancelImport", pb.CancelImportRequest(import_id=started.id), MARKETING)
    assert again.lead_import.version == stopped.version
    run(started.id)
    assert Lead.collection().count_documents({}) == 500


def test_an_import_that_ended_cannot_be_cancelled(room: Room) -> None:
    done = imported(room, csv_bytes([good_row(1)]))
    refused = refusal(room, "CancelImport", pb.CancelImportRequest(import_id=done.id), MARKETING)
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "IMPORT_ENDED")


def test_a_repeated_request_gives_the_first_import(room: Room) -> None:
    content = csv_bytes([good_row(1)])
    first = start(room, content, request_id="r")
    assert start(room, content, request_id="r").id == first.id
    other = pb.StartImportRequest(content=csv_bytes([good_row(2)]), request_id="r")
    assert refusal(room, "StartImport", other, MARKETING).reason == "REQUEST_ID_REUSED"
    assert len(told("lead_import_started.v1")) == 1


def bad_rows(room: Room, import_id: str, caller: Principal = SUPERVISOR, language: str = "") -> list[list[Any]]:
    request = pb.GetImportBadRowsRequest(import_id=import_id, language=language)
    return sheet_of(ask(room, "GetImportBadRows", request, caller).data)


def test_bad_rows_come_back_as_a_workbook_with_reasons(room: Room) -> None:
    wrong = [["=1+1", "@SUM(A1)", "12", "鸽子", "", "", "", "", "+7"], good_row(1), ["", "李", "13800138001"]]
    done = imported(room, csv_bytes(wrong), SUPERVISOR)
    assert figures(done) == (3, 1, 0, 2)
    assert {(each.row, each.field) for each in done.problems} == {(2, "phone"), (2, "channel"), (4, "company")}
    header, first, second = bad_rows(room, done.id)
    assert header == [*HEADER, "原行号", "原因"]
    assert first[:3] == ["'=1+1", "'@SUM(A1)", "12"]
    assert (first[8], first[9]) == ("'+7", "2")
    assert "电话号码无效" in first[10]
    assert second[2] == "13800138001"
    assert "company: the company is missing" in bad_rows(room, done.id, language="en")[2][10]
    refused = refusal(room, "GetImportBadRows", pb.GetImportBadRowsRequest(import_id=done.id, language="fr"))
    assert refused.reason == "INVALID_FIELD"


def test_bad_rows_can_be_corrected_and_sent_in_as_they_are(room: Room) -> None:
    done = imported(room, csv_bytes([["+甲", "", "+8613800138001", "鸽子"]]), SUPERVISOR)
    header, row = bad_rows(room, done.id)
    row[3] = "展会"
    assert imported(room, workbook([row], header), SUPERVISOR).created == 1
    lead = Lead.collection().find_one({}) or {}
    assert (lead["company"], lead["phone"]) == ("+甲", "+8613800138001")


def test_bad_rows_are_masked_for_those_who_may_not_see_phones(room: Room) -> None:
    done = imported(room, csv_bytes([["甲", "王小明", "13800138001", "鸽子"], ["", "13800138002", "乙"]]))
    _, first, second = bad_rows(room, done.id, MARKETING)
    assert (first[1], first[2]) == ("***", "138******01")
    assert second[1] == "138******02"
    assert bad_rows(room, done.id, DIRECTOR)[1][2] == "13800138001"


@given(st.text(max_size=20))
def test_no_cell_starts_a_formula_and_each_comes_back(text: str) -> None:
    assert not neutralised(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert without_quote(neutralised(text)) == text


def test_the_file_of_an_ended_import_is_deleted_and_its_figures_stay(room: Room) -> None:
    found = imported(room, csv_bytes([good_row(1), ["", *good_row(2)[1:]]]), caller=SUPERVISOR)
    before = figures(found)
    lead_import = LeadImport.load(found.id)
    file_id = lead_import.file_id
    assert lead_import.deadline(FORGET_FILE) == (lead_import.end_time or clock.now()) + FILE_KEPT
    lead_import.cancel(FORGET_FILE)
    commands.forget_file(lead_import)
    lead_import.commit()
    with pytest.raises(files.FileNotKept):
        files.read(file_id)
    assert figures(look(room, found.id, SUPERVISOR)) == before
    request = pb.GetImportBadRowsRequest(import_id=found.id)
    assert refusal(room, "GetImportBadRows", request).reason == "IMPORT_FILE_DELETED"


def test_supervisors_see_their_own_imports_and_directors_all(room: Room) -> None:
    mine, others = imported(room, csv_bytes([good_row(1)]), SUPERVISOR), imported(room, csv_bytes([good_row(2)]))

    def seen(caller: Principal) -> list[str]:
        found, token = [], ""
        while True:
            request = pb.ListImportsRequest(page_size=1, page_token=token)
            answer = ask(room, "ListImports", request, caller)
            found += [each.id for each in answer.lead_imports]
            if not (token := answer.next_page_token):
                return found

    assert seen(SUPERVISOR) == [mine.id]
    assert seen(DIRECTOR) == [others.id, mine.id]
    for rpc, request in (
        ("GetImport", pb.GetImportRequest(import_id=mine.id)),
        ("CancelImport", pb.CancelImportRequest(import_id=mine.id)),
        ("GetImportBadRows", pb.GetImportBadRowsRequest(import_id=mine.id)),
    ):
        assert refusal(room, rpc, request, OTHER_BOSS).reason == "IMPORT_NOT_FOUND"
