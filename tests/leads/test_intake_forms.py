"""Public forms: what a visitor writes comes in once, and not too often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import intake_service_pb2 as pb
from services.leads.documents import IntakeForm, Lead, RateWindow
from services.leads.domain.errors import LeadsError
from services.leads.domain.intake.form import form_token, nonce_of
from tests.leads.intake_room import ask, from_outside
from tests.leads.room import MARKETING, Room, told

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY = bytes(32)


@pytest.fixture(autouse=True)
def _filled_in_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every form was opened three seconds ago, as if a person had filled it in."""
    module = import_module("services.leads.commands.intake.submit_form")
    monkeypatch.setattr(module, "form_token", _opened_earlier)


def _opened_earlier(key: bytes, form_key: str, at: datetime, nonce: bytes) -> str:
    return form_token(key, form_key, at - timedelta(seconds=3), nonce)


def form(room: Room, **fields: Any) -> pb.IntakeForm:
    described: dict[str, Any] = {
        "key": "expo-2026",
        "title": "展会登记",
        "channel": "expo",
        "region": "east",
        "fields": ["contact_name", "needs"],
        "active": True,
        "language": "zh",
    }
    request = pb.CreateIntakeFormRequest(intake_form=pb.IntakeForm(**(described | fields)))
    answer: pb.CreateIntakeFormResponse = ask(room, "CreateIntakeForm", request, MARKETING)
    return answer.intake_form


def token(room: Room) -> str:
    answer = from_outside(room, "GetPublicForm", pb.GetPublicFormRequest(form_key="expo-2026"))
    return str(answer.form_token)


def filled_in(room: Room, **fields: Any) -> pb.SubmitIntakeFormRequest:
    given_: dict[str, Any] = {"form_key": "expo-2026", "company": "江南贸易", "phone": "13800138001"}
    given_["form_token"] = fields.get("form_token") or token(room)
    return pb.SubmitIntakeFormRequest(**(given_ | fields))


def submit(room: Room, request: pb.SubmitIntakeFormRequest, address: str = "203.0.113.7") -> str:
    return str(from_outside(room, "SubmitIntakeForm", request, x_client_address=address).message)


def refused(room: Room, request: pb.SubmitIntakeFormRequest, address: str = "203.0.113.7") -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        submit(room, request, address)
    return caught.value


def test_a_visitor_becomes_a_lead_of_the_forms_channel_and_region(room: Room) -> None:
    form(room)
    shown = from_outside(room, "GetPublicForm", pb.GetPublicFormRequest(form_key="expo-2026"))
    assert (shown.title, list(shown.fields)) == ("展会登记", ["company", "phone", "contact_name", "needs"])
    assert submit(room, filled_in(room, contact_name="王", needs=["ERP"])) == "已收到，我们会尽快与您联系。"
    lead = Lead.collection().find_one({}) or {}
    assert (lead["channel"], lead["region"], lead["form_key"], lead["needs"]) == ("expo", "east", "expo-2026", ["ERP"])
    assert len(told("lead_created.v1")) == 1


def test_a_repeated_click_changes_nothing(room: Room) -> None:
    form(room)
    request = filled_in(room)
    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(lambda _: submit(room, request), range(6)))) == 1
    assert Lead.collection().count_documents({}) == 1
    request.company = "另一家"
    assert refused(room, request).reason == "FORM_TOKEN_USED"


def test_what_falls_into_the_trap_is_thrown_away_without_a_word(room: Room) -> None:
    form(room)
    assert submit(room, filled_in(room, website="http://spam")) == submit(room, filled_in(room))
    assert Lead.collection().count_documents({}) == 1


def test_a_token_of_another_form_or_of_nobody_is_refused(room: Room) -> None:
    form(room)
    form(room, key="other-form")
    other = from_outside(room, "GetPublicForm", pb.GetPublicFormRequest(form_key="other-form")).form_token
    for wrong in (other, "x", "", token(room)[:-4] + "AAAA", "表单"):
        request = filled_in(room)
        request.form_token = wrong
        assert refused(room, request).reason == "FORM_TOKEN_INVALID"
    assert Lead.collection().count_documents({}) == 0


@pytest.mark.parametrize(
    ("age", "reason"),
    [(timedelta(seconds=1), "FORM_TOO_FAST"), (timedelta(hours=13), "FORM_EXPIRED"), (timedelta(minutes=5), "")],
)
def test_a_token_has_its_time(age: timedelta, reason: str) -> None:
    made = form_token(KEY, "f", AT, bytes(12))
    if not reason:
        assert nonce_of(KEY, "f", made, AT + age) == bytes(12).hex()
        return
    with pytest.raises(LeadsError) as caught:
        nonce_of(KEY, "f", made, AT + age)
    assert caught.value.reason == reason


def test_an_address_is_told_when_to_come_back_and_others_are_not_held_up(room: Room) -> None:
    form(room, address_limit=3)
    for _ in range(3):
        submit(room, filled_in(room))
    limited = refused(room, filled_in(room))
    assert (limited.code, limited.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
    assert 1 <= int(limited.metadata["retry_after_seconds"]) <= 600
    submit(room, filled_in(room), "203.0.113.8")
    assert "203.0.113" not in str(list(RateWindow.collection().find({})))


def test_a_form_takes_so_many_a_minute(room: Room) -> None:
    form(room, form_limit=4)
    outcomes = []
    for number in range(12):  # at most one border of a window lies between them
        try:
            outcomes.append(submit(room, filled_in(room), f"203.0.113.{number}"))
        except RemoteError as error:
            outcomes.append(error.reason)
    assert 4 <= len(outcomes) - outcomes.count("RATE_LIMITED") <= 8


def test_a_closed_form_looks_like_none(room: Room) -> None:
    form(room)
    request = filled_in(room)
    change = pb.UpdateIntakeFormRequest(intake_form=pb.IntakeForm(key="expo-2026", active=False))
    change.update_mask.paths.append("active")
    assert ask(room, "UpdateIntakeForm", change, MARKETING).intake_form.title == "展会登记"
    assert refused(room, request).reason == "FORM_NOT_FOUND"
    with pytest.raises(RemoteError) as caught:
        token(room)
    assert caught.value.reason == "FORM_NOT_FOUND"


def test_bad_values_are_told_with_their_field_and_surplus_ones_too(room: Room) -> None:
    form(room)
    wrong = refused(room, filled_in(room, phone="12", company=""))
    assert {each.field for each in wrong.violations} == {"phone", "company"}
    assert [each.field for each in refused(room, filled_in(room, region="west")).violations] == ["region"]


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "A B"},
        {"key": "ab"},
        {"channel": "pigeon"},
        {"fields": ["shoe"]},
        {"language": "fr"},
        {"form_limit": -1},
    ],
)
def test_a_form_that_makes_no_sense_is_refused(room: Room, fields: dict[str, Any]) -> None:
    with pytest.raises(RemoteError) as caught:
        form(room, **fields)
    assert caught.value.reason == "INVALID_FIELD"
    assert IntakeForm.collection().count_documents({}) == 0


def test_the_same_form_twice_is_one_and_another_with_its_key_is_refused(room: Room) -> None:
    assert form(room) == form(room)
    with pytest.raises(RemoteError):
        form(room, title="other")
    listed = ask(room, "ListIntakeForms", pb.ListIntakeFormsRequest(), MARKETING).intake_forms
    assert [each.key for each in listed] == ["expo-2026"]
