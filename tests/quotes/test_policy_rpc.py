"""The approval policy and the copies that it looks at."""

import pytest

from chassis.principal import Principal
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from saleloop.quotes.v1.errors_pb2 import ErrorReason
from services.quotes import copies
from services.quotes.domain import errors
from tests.quotes.desk import ADMIN, FINANCE, GENERAL, SELLER, Desk, step_states


def policy(desk: Desk) -> pb.ApprovalPolicy:
    answer: pb.ApprovalPolicy = desk.call("GetApprovalPolicy", pb.GetApprovalPolicyRequest()).approval_policy
    return answer


def test_the_default_policy_is_in_force_until_it_is_changed(desk: Desk) -> None:
    rules = policy(desk).rules
    assert [rule.step for rule in rules] == [
        "supervisor",
        "finance",
        "legal",
        "credit",
        "regional_manager",
        "general_manager",
    ]
    assert (rules[1].amount_above_minor, rules[1].discount_above_bp) == (5_000_000, 500)


def test_a_changed_policy_holds_for_the_next_submission_only(desk: Desk) -> None:
    running = desk.submitted()
    only = pb.ApprovalPolicy(rules=[pb.ApprovalRule(step="boss", role="general_manager", always=True, limit_hours=8)])
    changed = desk.call("UpdateApprovalPolicy", pb.UpdateApprovalPolicyRequest(approval_policy=only), ADMIN)
    assert changed.approval_policy.version == 1
    assert step_states(desk.submitted()) == {"boss": "OPEN"}
    assert "supervisor" in step_states(desk.get(running.id))
    assert desk.approve(desk.submitted(), "boss", GENERAL).state == pb.QUOTE_STATE_APPROVED


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (pb.ApprovalRule(step="x", role="salesperson", always=True, limit_hours=1), "rules[0].role"),
        (pb.ApprovalRule(step="x", role="finance", always=True), "rules[0].limit_hours"),
        (pb.ApprovalRule(step="x", role="finance", amount_above_minor=1, limit_hours=1), "rules"),
        (pb.ApprovalRule(step="", role="finance", limit_hours=1), "rules[0].step"),
    ],
)
def test_a_wrong_policy_is_refused(desk: Desk, rule: pb.ApprovalRule, field: str) -> None:
    request = pb.UpdateApprovalPolicyRequest(approval_policy=pb.ApprovalPolicy(rules=[rule]))
    error = desk.refusal("UpdateApprovalPolicy", request, ADMIN)
    assert [violation.field for violation in error.violations] == [f"approval_policy.{field}"]


@pytest.mark.parametrize("who", [SELLER, FINANCE])
def test_others_do_not_change_the_policy(desk: Desk, who: Principal) -> None:
    request = pb.UpdateApprovalPolicyRequest(approval_policy=policy(desk))
    assert desk.refusal("UpdateApprovalPolicy", request, who).code == "PERMISSION_DENIED"


def test_copies_keep_the_newest_whatever_the_order(desk: Desk) -> None:
    state = {"name": "公司", "region": "east", "owner_id": "seller", "team_id": "t1"}
    assert copies.save_account("acc-2", 2, **state)
    assert not copies.save_account("acc-2", 1, **{**state, "owner_id": "old"})
    assert not copies.save_account("acc-2", 2, **{**state, "owner_id": "again"})
    assert copies.save_account("acc-2", 3, **{**state, "owner_id": "new"})
    account = copies.find_account("acc-2")
    assert account is not None
    assert account.owner_id == "new"


def test_a_risk_may_be_known_before_its_account(desk: Desk) -> None:
    assert copies.save_account_risk("acc-3", 2, is_high_risk=True)
    assert not copies.save_account_risk("acc-3", 1, is_high_risk=False)
    assert copies.find_account("acc-3") is None
    copies.save_account("acc-3", 1, name="公司", region="", owner_id="seller", team_id="")
    account = copies.find_account("acc-3")
    assert account is not None
    assert account.is_high_risk


def test_every_reason_stands_in_the_contract() -> None:
    raised = {each.reason for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "reason")}
    in_contract = {name.removeprefix("ERROR_REASON_") for name, _ in ErrorReason.items()}
    assert raised - in_contract == {"INVALID_ARGUMENT"}
