"""Taking in leads: once each, checked, and told to the others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from saleloop.leads.v1 import leads_service_pb2 as pb
from services.leads.documents import Lead
from tests.leads.room import MARKETING, SUPERVISOR, Room, lead_request, salesperson, told


def test_a_lead_is_taken_in_with_its_values_in_their_one_form(room: Room) -> None:
    lead = room.create(company="  华东  物流有限公司 ", phone="138-0013-8000", needs=["ERP", " ERP ", ""])
    assert lead.company == "华东 物流有限公司"
    assert lead.phone == "+8613800138000"
    assert list(lead.needs) == ["ERP"]
    assert lead.state == pb.LEAD_STATE_NEW
    assert told("lead_created.v1")[0]["lead_id"] == lead.id
    assert room.lead(lead.id) == lead


def test_a_lead_without_channel_or_urgency_gets_the_neutral_ones(room: Room) -> None:
    lead = room.create(channel="", urgency=pb.URGENCY_UNSPECIFIED)
    assert (lead.channel, lead.urgency) == ("other", pb.URGENCY_YELLOW)


def test_a_repeated_request_changes_nothing(room: Room) -> None:
    request = lead_request(request_id="r-1")
    first = room.call("CreateLead", request)
    assert room.call("CreateLead", request) == first
    assert Lead.collection().count_documents({}) == 1
    assert len(told("lead_created.v1")) == 1


def test_a_request_id_with_other_content_is_refused(room: Room) -> None:
    room.call("CreateLead", lead_request(request_id="r-1"))
    refused = room.refusal("CreateLead", lead_request(request_id="r-1"))
    assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")


def test_a_request_id_as_long_as_a_letter_is_refused(room: Room) -> None:
    refused = room.refusal("CreateLead", lead_request(request_id="r" * 201))
    assert [violation.field for violation in refused.violations] == ["request_id"]


def test_two_callers_may_use_the_same_request_id(room: Room) -> None:
    first = room.call("CreateLead", lead_request(request_id="r-1"))
    second = room.call("CreateLead", lead_request(request_id="r-1"), MARKETING)
    assert first.lead.id != second.lead.id


def test_a_repeated_external_id_changes_nothing(room: Room) -> None:
    first = room.create(external_id="visitor-7")
    again = room.create(external_id="visitor-7")
    assert again.id == first.id
    assert again.company == first.company
    assert room.create(external_id="visitor-7", channel="website").id != first.id


def test_a_repeated_external_id_shows_nothing_of_a_lead_of_others(room: Room) -> None:
    room.hire("alice")
    first = room.created_and_routed(external_id="visitor-7")
    seen = room.create(salesperson("bob"), external_id="visitor-7")
    assert seen.id == first.id
    assert (seen.company, seen.phone, seen.contact_name, seen.owner_id) == ("", "", "", "")


def test_eight_callers_at_once_with_one_external_id_make_one_lead(room: Room) -> None:
    with ThreadPoolExecutor(8) as pool:
        leads = list(pool.map(lambda _: room.create(external_id="visitor-7"), range(8)))
    assert len({lead.id for lead in leads}) == 1
    assert Lead.collection().count_documents({}) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", ""),
        ("phone", "12345"),
        ("phone", "one three eight"),
        ("company", ""),
        ("company", "   "),
        ("company", "长" * 201),
        ("company", "a\x00b"),
        ("channel", "carrier pigeon"),
        ("urgency", 7),
        ("budget_range", "-5"),
        ("budget_range", "100-50"),
        ("budget_range", "99999999999999999999"),
        ("needs", ["tag"] * 3 + ["长" * 51]),
        ("needs", [f"tag {number}" for number in range(21)]),
        ("external_id", "x" * 101),
    ],
)
def test_a_bad_value_is_refused_with_its_field(room: Room, field: str, value: object) -> None:
    refused = room.refusal("CreateLead", lead_request(**{field: value}))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert [violation.field for violation in refused.failure.violations] == [field]
    assert Lead.collection().count_documents({}) == 0


def test_everything_that_is_wrong_is_told_at_once(room: Room) -> None:
    refused = room.refusal("CreateLead", lead_request(company="", phone="1", channel="?"))
    assert {violation.field for violation in refused.failure.violations} == {"company", "phone", "channel"}


def test_marketing_sees_no_contacts(room: Room) -> None:
    lead = room.create(MARKETING, phone="13800138000")
    assert lead.phone == "+86*********00"
    assert lead.contact_name == ""
    assert room.lead(lead.id, MARKETING).phone == lead.phone
    assert room.lead(lead.id, SUPERVISOR).phone == "+8613800138000"


def test_the_audit_of_a_lead_shows_neither_phone_nor_contact(room: Room) -> None:
    lead = room.create(phone="13800138000", contact_name="王小明")
    (change,) = told("change_recorded.v1")
    assert change["document_id"] == lead.id
    assert change["actor"] == "boss"
    assert "13800138000" not in str(change)
    assert "王小明" not in str(change)
    assert change["changes"]["company"]["after"] == lead.company


@pytest.mark.parametrize("year", [1900, 9999])
def test_a_next_action_in_a_year_nobody_plans_for_is_refused(room: Room, year: int) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    plan = pb.NextAction(text="visit")
    plan.due_time.FromDatetime(datetime(year, 1, 1, tzinfo=UTC))
    request = pb.ContactLeadRequest(lead_id=lead.id, summary="talked", next_action=plan)
    refused = room.refusal("ContactLead", request, salesperson("alice"))
    assert refused.code == "INVALID_ARGUMENT"
    assert refused.failure.violations[0].field == "next_action.due_time"


def test_a_date_that_no_calendar_holds_is_refused(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    plan = pb.NextAction(text="visit")
    plan.due_time.seconds = 2**62
    request = pb.ContactLeadRequest(lead_id=lead.id, summary="talked", next_action=plan)
    assert room.refusal("ContactLead", request, salesperson("alice")).code == "INVALID_ARGUMENT"
