"""Submission and approval over rpc."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from services.quotes import copies
from services.quotes.config import settings
from services.quotes.documents import Quote
from tests.quotes.desk import (
    ADMIN,
    BOSS,
    FINANCE,
    HALVES,
    LEGAL,
    MOSTLY_BEFORE,
    OTHER_BOSS,
    REGIONAL,
    SELLER,
    STRANGER,
    Desk,
    approval,
    events,
    step_states,
)


def test_the_first_submission_gives_number_version_and_hash(desk: Desk) -> None:
    quote = desk.submitted()
    assert quote.number == f"Q-{clock.now().astimezone(settings().zone):%Y}-000001"
    assert quote.state == pb.QUOTE_STATE_IN_APPROVAL
    (version,) = quote.versions
    assert (version.number, version.is_current, version.submitted_by) == (1, True, "seller")
    assert len(version.content_hash) == 64


def test_the_preview_is_what_the_submission_opens(desk: Desk) -> None:
    quote = desk.draft(600, payment_terms=MOSTLY_BEFORE)
    preview = desk.call("PreviewApproval", pb.PreviewApprovalRequest(quote_id=quote.id))
    assert preview.clause_risk == pb.CLAUSE_RISK_HIGH
    submitted = desk.submit(quote.id)
    assert [(s.name, s.role, dict(s.why)) for s in preview.steps] == [
        (s.name, s.role, dict(s.why)) for s in submitted.steps
    ]


def test_legal_is_skipped_with_evidence_at_low_risk(desk: Desk) -> None:
    quote = desk.approved()
    assert quote.state == pb.QUOTE_STATE_APPROVED
    assert step_states(quote) == {"supervisor": "APPROVED", "legal": "SKIPPED"}
    (legal,) = [step for step in quote.steps if step.name == "legal"]
    assert "货到付款" in legal.why["zh"]
    assert "cash on delivery" in legal.why["en"]


def test_supervisor_finance_and_legal_decide_in_series(desk: Desk) -> None:
    quote = desk.submitted(600, payment_terms=HALVES)
    assert step_states(quote) == {"supervisor": "OPEN", "finance": "WAITING", "legal": "WAITING"}
    assert desk.refusal("ApproveQuote", approval(quote, "finance"), FINANCE).reason == "WRONG_STATE"
    quote = desk.approve(quote, "supervisor", BOSS)
    quote = desk.approve(quote, "finance", FINANCE)
    assert quote.state == pb.QUOTE_STATE_IN_APPROVAL
    quote = desk.approve(quote, "legal", LEGAL)
    assert quote.state == pb.QUOTE_STATE_APPROVED
    requested = [each["step"] for each in events(quote.id, "approval_requested.v1")]
    decided = [(each["step"], each["decision"]) for each in events(quote.id, "approval_decided.v1")]
    assert requested == ["supervisor", "finance", "legal"]
    assert decided == [("supervisor", "approved"), ("finance", "approved"), ("legal", "approved")]
    assert len(events(quote.id, "quote_approved.v1")) == 1


def test_a_high_risk_account_adds_a_finance_step(desk: Desk) -> None:
    copies.save_account_risk("acc-1", 1, is_high_risk=True)
    quote = desk.approve(desk.submitted(), "supervisor", BOSS)
    assert step_states(quote)["credit"] == "OPEN"
    assert desk.approve(quote, "credit", FINANCE).state == pb.QUOTE_STATE_APPROVED


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (OTHER_BOSS, "NOT_APPROVER"),
        (FINANCE, "NOT_APPROVER"),
        (SELLER, "ROLE_NOT_ALLOWED"),
        (ADMIN, "ROLE_NOT_ALLOWED"),
        (Principal("seller", frozenset({"salesperson", "supervisor"}), team_id="t1"), "SUBMITTER_CANNOT_APPROVE"),
        (Principal("b", frozenset({"supervisor"}), team_id="t2"), "QUOTE_NOT_FOUND"),
    ],
)
def test_nobody_else_approves(desk: Desk, who: Principal, reason: str) -> None:
    quote = desk.submitted()
    assert desk.refusal("ApproveQuote", approval(quote, "supervisor"), who).reason == reason
    assert step_states(desk.get(quote.id)) == step_states(quote)


def test_a_supervisor_who_submits_does_not_approve_it(desk: Desk) -> None:
    quote = desk.submit(desk.draft().id, BOSS)
    assert desk.refusal("ApproveQuote", approval(quote, "supervisor"), BOSS).reason == "SUBMITTER_CANNOT_APPROVE"
    assert desk.approve(quote, "supervisor", OTHER_BOSS).state == pb.QUOTE_STATE_APPROVED


def test_a_quote_of_the_only_supervisor_goes_up_the_line(desk: Desk) -> None:
    copies.save_person("boss", 2, name="张主管", supervisor_id="regional", is_active=True)
    quote = desk.submit(desk.draft().id, BOSS)
    assert quote.steps[0].approver_id == "regional"
    assert desk.approve(quote, "supervisor", REGIONAL).state == pb.QUOTE_STATE_APPROVED


def test_whoever_stands_above_decides_where_no_supervisor_is_left(desk: Desk) -> None:
    quote = desk.submit(desk.draft().id, BOSS)
    waiting = desk.call("ListQuotes", pb.ListQuotesRequest(awaiting_me=True), REGIONAL).quotes
    assert [each.id for each in waiting] == [quote.id]
    assert desk.approve(quote, "supervisor", REGIONAL).state == pb.QUOTE_STATE_APPROVED


def test_somebody_else_may_step_in_for_a_supervisor_who_left(desk: Desk) -> None:
    copies.save_person("boss", 2, name="张主管", supervisor_id="", is_active=False)
    assert desk.approve(desk.submitted(), "supervisor", OTHER_BOSS).state == pb.QUOTE_STATE_APPROVED


def test_a_second_decision_is_refused_and_a_repeated_one_changes_nothing(desk: Desk) -> None:
    quote = desk.approve(desk.submitted(600), "supervisor", BOSS)
    assert desk.approve(quote, "supervisor", BOSS).version == quote.version
    rejection = pb.RejectQuoteRequest(quote_id=quote.id, quote_version=1, step="supervisor")
    assert desk.refusal("RejectQuote", rejection, BOSS).reason == "STEP_ALREADY_DECIDED"
    desk.approve(quote, "finance", FINANCE)
    assert (
        desk.refusal("ApproveQuote", approval(quote, "finance"), Principal("fin2", frozenset({"finance"}))).reason
        == "STEP_ALREADY_DECIDED"
    )


def test_the_approver_must_have_read_the_current_version(desk: Desk) -> None:
    quote = desk.submitted()
    old = pb.ApproveQuoteRequest(quote_id=quote.id, quote_version=7, step="supervisor")
    error = desk.refusal("ApproveQuote", old, BOSS)
    assert (error.reason, error.metadata["current_version"]) == ("VERSION_MISMATCH", "1")


@pytest.mark.parametrize("step", ["", "nonsense"])
def test_a_step_that_is_not_there_is_refused(desk: Desk, step: str) -> None:
    error = desk.refusal("ApproveQuote", approval(desk.submitted(), step), BOSS)
    assert [violation.field for violation in error.violations] == ["step"]


def test_a_return_needs_a_comment(desk: Desk) -> None:
    quote = desk.submitted()
    request = pb.ReturnQuoteRequest(quote_id=quote.id, quote_version=1, step="supervisor", comment=" ")
    assert desk.refusal("ReturnQuote", request, BOSS).violations[0].field == "comment"


def test_a_returned_quote_becomes_version_2_with_the_same_number(desk: Desk) -> None:
    first = desk.submitted()
    returned = desk.send_back(first, "supervisor", BOSS, "价格太低")
    assert returned.state == pb.QUOTE_STATE_RETURNED
    assert events(first.id, "approval_decided.v1")[-1]["comment"] == "价格太低"
    lines = [pb.QuoteLineInput(sku="US-1", quantity=2)]
    desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=first.id, lines=lines))
    second = desk.submit(first.id)
    assert (second.number, second.current_version) == (first.number, 2)
    assert [version.is_current for version in second.versions] == [False, True]
    assert second.versions[0].content_hash == first.versions[0].content_hash != second.versions[1].content_hash
    assert desk.refusal("ApproveQuote", approval(first, "supervisor"), BOSS).reason == "VERSION_MISMATCH"
    assert desk.approve(second, "supervisor", BOSS).state == pb.QUOTE_STATE_APPROVED


def test_a_rejected_quote_is_over(desk: Desk) -> None:
    quote = desk.submitted()
    request = pb.RejectQuoteRequest(quote_id=quote.id, quote_version=1, step="supervisor", comment="不做")
    assert desk.call("RejectQuote", request, BOSS).quote.state == pb.QUOTE_STATE_REJECTED
    for rpc, again in (
        ("SubmitQuote", pb.SubmitQuoteRequest(quote_id=quote.id)),
        ("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, payment_terms=HALVES)),
    ):
        assert desk.refusal(rpc, again).reason == "WRONG_STATE"


def test_an_edit_of_an_approved_quote_starts_a_new_approval(desk: Desk) -> None:
    quote = desk.approved()
    same = desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, lines=_lines(1))).quote
    assert same.state == pb.QUOTE_STATE_APPROVED
    edited = desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, lines=_lines(2))).quote
    assert edited.state == pb.QUOTE_STATE_DRAFT
    assert not edited.steps
    assert desk.refusal("ApproveQuote", approval(edited, "supervisor"), BOSS).reason == "WRONG_STATE"
    assert step_states(desk.submit(quote.id)) == {"supervisor": "OPEN", "legal": "SKIPPED"}


def test_a_repeated_submission_makes_one_version(desk: Desk) -> None:
    quote = desk.draft()
    first, again = (desk.submit(quote.id, request_id="s1") for _ in range(2))
    assert (first.version, first.number) == (again.version, again.number)
    assert (
        desk.refusal("SubmitQuote", pb.SubmitQuoteRequest(quote_id=quote.id, request_id="s2")).reason == "WRONG_STATE"
    )


def test_a_stranger_submits_nothing(desk: Desk) -> None:
    request = pb.SubmitQuoteRequest(quote_id=desk.draft().id)
    assert desk.refusal("SubmitQuote", request, STRANGER).reason == "QUOTE_NOT_FOUND"


def test_parallel_submissions_get_distinct_numbers_and_one_version_each(desk: Desk) -> None:
    ids = [desk.draft().id for _ in range(12)]

    def submit(quote_id: str) -> str:
        try:
            return desk.submit(quote_id).number
        except RemoteError as error:
            return error.reason

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(submit, ids * 3))
    numbers = [outcome for outcome in outcomes if outcome.startswith("Q-")]
    assert len(set(numbers)) == len(numbers) == len(ids)
    assert outcomes.count("WRONG_STATE") == 2 * len(ids)
    assert {quote.current_version for quote in Quote.matching({}, limit=50)} == {1}


def test_parallel_decisions_leave_one(desk: Desk) -> None:
    quote = desk.approve(desk.submitted(600), "supervisor", BOSS)
    people = [Principal(f"fin{number}", frozenset({"finance"})) for number in range(8)]

    def decide(who: Principal) -> str:
        try:
            desk.approve(quote, "finance", who)
        except RemoteError as error:
            return error.reason
        return "approved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(decide, people))
    assert outcomes == ["STEP_ALREADY_DECIDED"] * 7 + ["approved"]
    decisions = [each for each in events(quote.id, "approval_decided.v1") if each["step"] == "finance"]
    assert len(decisions) == 1
    assert len(events(quote.id, "quote_approved.v1")) == 1


def _lines(quantity: int) -> list[pb.QuoteLineInput]:
    return [pb.QuoteLineInput(sku="US-1", quantity=quantity)]
