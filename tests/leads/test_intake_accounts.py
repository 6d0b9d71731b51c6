"""What may be changed about an account."""

from typing import Any

import pytest

from saleloop.leads.v1 import intake_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from services.leads.documents import Account
from tests.leads.intake_room import ask, refusal
from tests.leads.room import MARKETING, SUPERVISOR, Room, salesperson, told

ALICE, BOB = salesperson("alice"), salesperson("bob")


def change(account_id: str, *paths: str, **fields: Any) -> pb.UpdateAccountRequest:
    request = pb.UpdateAccountRequest(account=leads_pb.Account(id=account_id, **fields))
    request.update_mask.paths.extend(paths or sorted(set(fields) - {"version"}))
    return request


def opened(room: Room, **fields: Any) -> str:
    room.hire("alice")
    return str(room.created_and_routed(**fields).account_id)


def test_attributes_are_replaced_as_a_whole_and_the_rest_stays(room: Room) -> None:
    account_id = opened(room, company="江南贸易")
    ask(room, "UpdateAccount", change(account_id, attributes={"industry": "制造业", "决策链": "老板"}), ALICE)
    wanted = change(account_id, attributes={"industry": " 制造  业 ", "痛点": ""})
    account = ask(room, "UpdateAccount", wanted, ALICE).account
    assert (dict(account.attributes), account.name, account.level) == ({"industry": "制造 业"}, "江南贸易", "C")
    assert ask(room, "UpdateAccount", wanted, ALICE).account.version == account.version
    assert len(told("account_changed.v1")) == 1


def test_a_version_that_is_over_is_refused(room: Room) -> None:
    account_id = opened(room)
    version = Account.load(account_id).version
    ask(room, "UpdateAccount", change(account_id, attributes={"a": "1"}, version=version), ALICE)
    refused = refusal(room, "UpdateAccount", change(account_id, attributes={"a": "2"}, version=version), ALICE)
    assert (refused.code, refused.reason) == ("ABORTED", "CHANGED_MEANWHILE")


@pytest.mark.parametrize(
    "fields",
    [
        {"attributes": {f"a{number}": "x" for number in range(13)}},
        {"attributes": {"a.b": "x"}},
        {"attributes": {"$where": "x"}},
        {"attributes": {"": "x"}},
        {"attributes": {"a" * 51: "x"}},
        {"attributes": {"a": "x" * 201}},
        {"attributes": {"a": "x\x00"}},
        {"attributes": {"a": "x", " a": "y"}},
        {"name": " "},
        {"name": "长" * 201},
        {"level": "D"},
        {"owner_id": "bob"},
    ],
)
def test_what_no_account_can_have_is_refused(room: Room, fields: dict[str, Any]) -> None:
    account_id = opened(room)
    before = Account.collection().find_one({"_id": account_id})
    refused = refusal(room, "UpdateAccount", change(account_id, **fields))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert refused.violations
    assert Account.collection().find_one({"_id": account_id}) == before


def test_a_supervisor_changes_the_level_which_decides_on_prices(room: Room) -> None:
    account_id = opened(room)
    refused = refusal(room, "UpdateAccount", change(account_id, level="VIP"), ALICE)
    assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "LEVEL_NEEDS_SUPERVISOR")
    assert ask(room, "UpdateAccount", change(account_id, level="VIP"), SUPERVISOR).account.level == "VIP"
    assert told("account_changed.v1")[-1]["level"] == "VIP"


def test_under_a_new_name_the_account_is_still_known_by_the_old_one(room: Room) -> None:
    account_id = opened(room, company="江南贸易", phone="13800138001")
    ask(room, "UpdateAccount", change(account_id, name="江南集团"), ALICE)
    for company in ("江南贸易", "江南集团有限公司"):
        assert room.created_and_routed(company=company).account_id == account_id


def test_the_name_of_another_account_is_refused(room: Room) -> None:
    opened(room, company="江南贸易")
    other = opened(room, company="西湖贸易")
    refused = refusal(room, "UpdateAccount", change(other, name="江南贸易有限公司"), ALICE)
    assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "ACCOUNT_NAME_TAKEN")
    assert Account.load(other).name == "西湖贸易"


def test_nobody_changes_the_accounts_of_others(room: Room) -> None:
    account_id = opened(room)
    assert refusal(room, "UpdateAccount", change(account_id, name="x"), BOB).reason == "ACCOUNT_NOT_FOUND"
    assert refusal(room, "UpdateAccount", change(account_id, name="x"), MARKETING).code == "PERMISSION_DENIED"


def test_a_change_that_names_nothing_changes_nothing(room: Room) -> None:
    account_id = opened(room, company="江南贸易")
    version = Account.load(account_id).version
    account = ask(room, "UpdateAccount", change(account_id, "version", version=version), ALICE).account
    assert (account.name, account.version) == ("江南贸易", version)
