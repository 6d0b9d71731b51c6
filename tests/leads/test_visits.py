"""Notes of visits: recorded, read, confirmed, and what they leave to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.documents import CompetitorList, Visit
from tests.leads.room import DIRECTOR, MARKETING, SUPERVISOR, Room
from tests.leads.visits_room import ALICE, BOB, OTHER_BOSS, OTHER_REGIONAL, VisitsRoom, emitted, jpeg, png

NOTE = "客户正在对比金蝶，担心历史数据迁移。下个月要定下来。我两天内把方案发给王总。"


@pytest.fixture
def visits(room: Room) -> VisitsRoom:
    return VisitsRoom(room)


def test_a_note_is_read_when_it_comes_in(visits: VisitsRoom) -> None:
    lead = visits.account_of("alice", "江南贸易")
    visit = visits.visit(lead.account_id, NOTE, is_dictated=True)
    assert (visit.state, visit.owner_id, visit.company) == (pb.VISIT_STATE_PARSED, "alice", "江南贸易")
    assert visit.is_dictated
    assert [each.name for each in visit.fields.competitors] == ["金蝶"]
    assert [(each.category, each.words) for each in visit.fields.concerns] == [("data_migration", "担心历史数据迁移")]
    assert visit.fields.purchase_window.words == "下个月"
    assert visit.fields.next_action.text == "我两天内把方案发给王总"
    assert visit.voice_sentence == "客户正在对比金蝶，担心历史数据迁移。"
    (recorded,) = emitted(Visit, "visit_recorded.v1")
    assert recorded["voice_sentence"] == visit.voice_sentence
    assert (recorded["owner_id"], recorded["team_id"], recorded["region"]) == ("alice", "t1", "east")
    (planned,) = emitted(Visit, "next_action_planned.v1")
    assert (planned["text"], planned["revision"], planned["owner_id"]) == ("我两天内把方案发给王总", 1, "alice")
    due = visit.fields.next_action.due_time.ToDatetime(UTC)
    assert timedelta(days=1) < due - clock.now() < timedelta(days=3)


def test_a_repeated_request_is_one_visit(visits: VisitsRoom) -> None:
    lead = visits.account_of("alice", "江南贸易")
    first = visits.visit(lead.account_id, NOTE, request_id="r1")
    assert visits.visit(lead.account_id, NOTE, request_id="r1") == first
    assert Visit.collection().count_documents({}) == 1
    other = pb.RecordVisitRequest(account_id=lead.account_id, text="别的", request_id="r1")
    assert visits.refusal("RecordVisit", other).reason == "REQUEST_ID_REUSED"
    assert len(emitted(Visit, "visit_recorded.v1")) == 1


def test_a_confirmation_without_corrections_is_one_call(visits: VisitsRoom) -> None:
    visit = visits.visit(visits.account_of("alice", "江南贸易").account_id, NOTE)
    confirmed = visits.ask("ConfirmVisit", pb.ConfirmVisitRequest(visit_id=visit.id)).visit
    assert (confirmed.state, confirmed.confirmed_by) == (pb.VISIT_STATE_CONFIRMED, "alice")
    assert confirmed.fields == visit.fields
    assert visits.ask("ConfirmVisit", pb.ConfirmVisitRequest(visit_id=visit.id)).visit == confirmed
    assert len(emitted(Visit, "visit_confirmed.v1")) == 1


def test_corrections_are_kept_and_measured(visits: VisitsRoom) -> None:
    account_id = visits.account_of("alice", "江南贸易").account_id
    right, wrong = visits.visit(account_id, NOTE), visits.visit(account_id, NOTE)
    visits.visit(account_id, NOTE)  # nobody confirms this one, so it says nothing about the rules
    plan = leads_pb.NextAction(text="约王总吃饭")
    plan.due_time.FromDatetime(clock.now() + timedelta(days=3))
    fields = pb.NoteFields(competitors=[pb.CompetitorMention(name="用友", words="友商")], next_action=plan)
    request = pb.ConfirmVisitRequest(
        visit_id=wrong.id, corrected=["competitors", "next_action", "purchase_window"], fields=fields
    )
    corrected = visits.ask("ConfirmVisit", request).visit
    assert [each.name for each in corrected.fields.competitors] == ["用友"]
    assert [each.name for each in corrected.parsed.competitors] == ["金蝶"]
    assert not corrected.fields.HasField("purchase_window")
    assert sorted(each.field for each in corrected.corrections) == ["competitors", "next_action", "purchase_window"]
    assert visits.ask("ConfirmVisit", request).visit == corrected
    visits.ask("ConfirmVisit", pb.ConfirmVisitRequest(visit_id=right.id))
    (withdrawn,) = emitted(Visit, "next_action_completed.v1")
    assert (withdrawn["revision"], withdrawn["is_withdrawn"]) == (1, True)
    assert [each["revision"] for each in emitted(Visit, "next_action_planned.v1")] == [1, 1, 1, 2]

    def precision(caller: Principal = ALICE) -> dict[str, tuple[int, int, int]]:
        answer = visits.ask("GetNotePrecision", pb.GetNotePrecisionRequest(), caller)
        return {each.field: (each.confirmed, each.corrected, each.precision_bp) for each in answer.fields}

    assert (
        precision()
        == precision(SUPERVISOR)
        == {
            "competitors": (2, 1, 5_000),
            "purchase_window": (2, 1, 5_000),
            "concerns": (2, 0, 10_000),
            "next_action": (2, 1, 5_000),
        }
    )
    assert set(precision(BOB).values()) == {(0, 0, 0)}


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.ConfirmVisitRequest(corrected=["price"]), "corrected"),
        (
            pb.ConfirmVisitRequest(
                corrected=["concerns"], fields=pb.NoteFields(concerns=[pb.TechnicalConcern(category="price")])
            ),
            "fields.concerns.category",
        ),
        (
            pb.ConfirmVisitRequest(
                corrected=["purchase_window"],
                fields=pb.NoteFields(purchase_window=pb.PurchaseWindow(first_day="2026-12-02", last_day="2026-12-01")),
            ),
            "fields.purchase_window",
        ),
    ],
)
def test_a_correction_must_make_sense(visits: VisitsRoom, request_: pb.ConfirmVisitRequest, field: str) -> None:
    visit = visits.visit(visits.account_of("alice", "江南贸易").account_id, NOTE)
    request_.visit_id = visit.id
    refused = visits.refusal("ConfirmVisit", request_)
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert [each.field for each in refused.violations] == [field]
    assert visits.ask("GetVisit", pb.GetVisitRequest(visit_id=visit.id)).visit == visit


def test_what_is_left_to_do_is_done_once(visits: VisitsRoom) -> None:
    visit = visits.visit(visits.account_of("alice", "江南贸易").account_id, NOTE)
    request = pb.CompleteNextActionRequest(visit_id=visit.id)
    done = visits.ask("CompleteNextAction", request).visit
    assert done.next_action_state == pb.NEXT_ACTION_STATE_DONE
    assert visits.ask("CompleteNextAction", request).visit == done
    (event,) = emitted(Visit, "next_action_completed.v1")
    assert event["is_in_time"]
    assert "is_withdrawn" not in event  # false is not written
    idle = visits.visit(visit.account_id, "聊得不错")
    refused = visits.refusal("CompleteNextAction", pb.CompleteNextActionRequest(visit_id=idle.id))
    assert refused.reason == "NO_NEXT_ACTION"


def test_bad_notes_are_refused_and_leave_nothing(visits: VisitsRoom) -> None:
    account_id = visits.account_of("alice", "江南贸易").account_id
    late = pb.RecordVisitRequest(account_id=account_id, text="x")
    late.visit_time.FromDatetime(datetime(2020, 1, 1, tzinfo=UTC))
    for request, field in (
        (pb.RecordVisitRequest(account_id=account_id, text="  "), "text"),
        (pb.RecordVisitRequest(account_id=account_id, text="长" * 4_001), "text"),
        (pb.RecordVisitRequest(account_id=account_id, text="x", voice_sentence="长" * 501), "voice_sentence"),
        (pb.RecordVisitRequest(account_id=account_id, text="x", request_id="i" * 201), "request_id"),
        (late, "visit_time"),
    ):
        refused = visits.refusal("RecordVisit", request)
        assert refused.code == "INVALID_ARGUMENT"
        assert [each.field for each in refused.violations] == [field]
    assert (
        visits.refusal("RecordVisit", pb.RecordVisitRequest(account_id="none", text="x")).reason == "ACCOUNT_NOT_FOUND"
    )
    assert Visit.collection().count_documents({}) == 0


def test_visits_are_seen_by_those_who_see_the_account(visits: VisitsRoom) -> None:
    account_id = visits.account_of("alice", "江南贸易").account_id
    visit = visits.visit(account_id, NOTE)
    photo = visits.ask(
        "AddSitePhoto", pb.AddSitePhotoRequest(visit_id=visit.id, content=png(), media_type="image/png")
    ).photo
    for caller in (ALICE, SUPERVISOR, DIRECTOR):
        assert [each.id for each in visits.ask("ListVisits", pb.ListVisitsRequest(), caller).visits] == [visit.id]
    for caller in (BOB, OTHER_BOSS, OTHER_REGIONAL):
        assert not visits.ask("ListVisits", pb.ListVisitsRequest(), caller).visits
        for rpc, request in (
            ("GetVisit", pb.GetVisitRequest(visit_id=visit.id)),
            ("GetSitePhoto", pb.GetSitePhotoRequest(visit_id=visit.id, photo_id=photo.id)),
        ):
            assert visits.refusal(rpc, request, caller).reason == "VISIT_NOT_FOUND"
    changes: tuple[tuple[str, Any], ...] = (
        ("ConfirmVisit", pb.ConfirmVisitRequest(visit_id=visit.id)),
        ("CompleteNextAction", pb.CompleteNextActionRequest(visit_id=visit.id)),
        ("AddSitePhoto", pb.AddSitePhotoRequest(visit_id=visit.id, content=png(), media_type="image/png")),
    )
    for rpc, change in changes:
        assert visits.refusal(rpc, change, BOB).reason == "VISIT_NOT_FOUND"
    note = pb.RecordVisitRequest(account_id=account_id, text="x")
    assert visits.refusal("RecordVisit", note, BOB).reason == "ACCOUNT_NOT_FOUND"
    assert visits.refusal("ListVisits", pb.ListVisitsRequest(), MARKETING).code == "PERMISSION_DENIED"


def test_lists_are_filtered_and_paged(visits: VisitsRoom) -> None:
    account_id = visits.account_of("alice", "江南贸易").account_id
    busy, idle = visits.visit(account_id, NOTE).id, visits.visit(account_id, "聊得不错").id

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in visits.ask("ListVisits", pb.ListVisitsRequest(**filters)).visits]

    assert ids() == ids(account_id=account_id, owner_id="alice") == [idle, busy]
    assert ids(has_open_action=True) == [busy]
    assert ids(state=pb.VISIT_STATE_CONFIRMED) == ids(account_id="none") == []
    first = visits.ask("ListVisits", pb.ListVisitsRequest(page_size=1))
    assert [each.id for each in first.visits] == [idle]
    assert ids(page_size=1, page_token=first.next_page_token) == [busy]


def test_a_photo_is_kept_without_its_place(visits: VisitsRoom) -> None:
    visit = visits.visit(visits.account_of("alice", "江南贸易").account_id, NOTE)
    request = pb.AddSitePhotoRequest(
        visit_id=visit.id, content=jpeg(behind=b"SECRET film"), media_type="image/jpeg", caption="机房"
    )
    photo = visits.ask("AddSitePhoto", request).photo
    assert visits.ask("AddSitePhoto", request).photo == photo  # the same picture is the same photo
    body = visits.ask("GetSitePhoto", pb.GetSitePhotoRequest(visit_id=visit.id, photo_id=photo.id))
    assert body.content_type == "image/jpeg"
    assert body.data.startswith(b"\xff\xd8\xff")
    for trace in (b"GPS", b"SECRET", b"31.2304"):
        assert trace not in body.data
    (kept,) = visits.ask("GetVisit", pb.GetVisitRequest(visit_id=visit.id)).visit.photos
    assert (kept.caption, kept.size_bytes) == ("机房", len(body.data))
    missing = visits.refusal("GetSitePhoto", pb.GetSitePhotoRequest(visit_id=visit.id, photo_id="none"))
    assert missing.reason == "PHOTO_NOT_FOUND"


def test_only_pictures_are_taken_and_not_too_many(visits: VisitsRoom) -> None:
    visit = visits.visit(visits.account_of("alice", "江南贸易").account_id, NOTE)

    def refused(content: bytes, media_type: str) -> str:
        request = pb.AddSitePhotoRequest(visit_id=visit.id, content=content, media_type=media_type)
        return visits.refusal("AddSitePhoto", request).reason

    assert refused(b"", "image/png") == "FILE_REFUSED"
    assert refused(b"%PDF-1.7", "application/pdf") == "FILE_REFUSED"
    assert refused(png(), "image/jpeg") == "PHOTO_UNREADABLE"
    assert refused(png()[:-20], "image/png") == "PHOTO_UNREADABLE"
    for number in range(20):
        picture = png((b"prVt", bytes([number])))
        visits.ask("AddSitePhoto", pb.AddSitePhotoRequest(visit_id=visit.id, content=picture, media_type="image/png"))
    assert refused(png((b"prVt", b"more")), "image/png") == "TOO_MANY_PHOTOS"


def test_the_rivals_are_data(visits: VisitsRoom) -> None:
    account_id = visits.account_of("alice", "江南贸易").account_id
    given = visits.ask("GetCompetitors", pb.GetCompetitorsRequest())
    assert {"用友", "金蝶"} <= {each.name for each in given.competitors}
    assert not visits.visit(account_id, "客户也在看飞云软件").fields.competitors
    change = pb.UpdateCompetitorsRequest(
        competitors=[*given.competitors, pb.Competitor(name="飞云", aliases=["Feiyun"])], version=given.version
    )
    changed = visits.ask("UpdateCompetitors", change, DIRECTOR)
    assert changed.version == 1
    assert [each.name for each in visits.visit(account_id, "客户也在看 feiyun").fields.competitors] == ["飞云"]
    change.version = 7
    assert visits.refusal("UpdateCompetitors", change, DIRECTOR).reason == "COMPETITORS_CHANGED"
    twice = pb.UpdateCompetitorsRequest(competitors=[pb.Competitor(name="A公司", aliases=["a公司"])])
    assert visits.refusal("UpdateCompetitors", twice, DIRECTOR).violations[0].field == "competitors[0]"
    assert visits.refusal("UpdateCompetitors", change).code == "PERMISSION_DENIED"
    assert CompetitorList.current().version == 1
