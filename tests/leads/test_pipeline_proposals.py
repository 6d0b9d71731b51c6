"""Proposals: printed for one recipient, delivered with two of three evidences."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from chassis.clocks import clock
from chassis.principal import Principal
from chassis.tokens import encode_key
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from tests.leads.pipeline_room import ALICE, account_of, ask, opened, pipeline_told, refused, shown, surveyed
from tests.leads.room import DIRECTOR, SUPERVISOR, Room, salesperson

MAIL_SYSTEM = Principal("mail", frozenset({"admin"}))
CUSTOMER = Principal("public", frozenset({"public"}))


def draft(opportunity_id: str, **fields: Any) -> pb.CreateProposalRequest:
    given: dict[str, Any] = {
        "title": "智能仓储方案",
        "text": "第一段 #strong[not markup]\n第二段",
        "items": [pb.ProposalItem(title="扫码出入库", text="每小时 600 件")],
        "recipient_name": "王小明",
        "recipient_email": "Wang@example.com",
    }
    return pb.CreateProposalRequest(opportunity_id=opportunity_id, **(given | fields))


@pytest.fixture(scope="module", autouse=True)
def link_key() -> Iterator[None]:
    """The installation's key for links, there before the server starts."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SALELOOP_PROPOSAL_LINK_KEY", encode_key(bytes(range(32))))
        yield


@pytest.fixture
def proposal(room: Room) -> pb.Proposal:
    room.hire("alice")
    opportunity_id = opened(room, account_of(room).account_id).id
    surveyed(room, opportunity_id)
    answer: pb.CreateProposalResponse = ask(room, "CreateProposal", draft(opportunity_id, request_id="r"))
    return answer.proposal


def fetch(room: Room, proposal: pb.Proposal, caller: Principal = ALICE) -> bytes:
    body: bytes = ask(room, "GetProposalPdf", pb.GetProposalPdfRequest(proposal_id=proposal.id), caller).data
    return body


def open_link(room: Room, proposal: pb.Proposal) -> Any:
    token = proposal.path.rsplit("/", 1)[1]
    return ask(room, "OpenProposal", pb.OpenProposalRequest(token=token), CUSTOMER)


def receipt(proposal: pb.Proposal, **fields: Any) -> pb.RecordDeliveryReceiptRequest:
    given = {"message_id": "<1@mail>", "recipient_email": "wang@example.com"}
    request = pb.RecordDeliveryReceiptRequest(proposal_id=proposal.id, **(given | fields))
    request.delivery_time.FromDatetime(clock.now())
    return request


def current(room: Room, proposal: pb.Proposal) -> pb.Proposal:
    answer: pb.GetProposalResponse = ask(room, "GetProposal", pb.GetProposalRequest(proposal_id=proposal.id))
    return answer.proposal


def test_a_proposal_carries_its_recipient_on_every_page(room: Room, proposal: pb.Proposal) -> None:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(fetch(room, proposal))).pages)
    assert text.count("王小明") >= 4
    assert "#strong[not markup]" in text
    assert "智能仓储方案" in text
    assert f"{clock.now() + timedelta(hours=8):%Y-%m-%d}" in text
    again = ask(room, "CreateProposal", draft(proposal.opportunity_id, request_id="r", title="other")).proposal
    assert (again.id, again.title) == (proposal.id, "智能仓储方案")
    listed = ask(room, "ListProposals", pb.ListProposalsRequest(opportunity_id=proposal.opportunity_id), DIRECTOR)
    assert [each.id for each in listed.proposals] == [proposal.id]
    assert listed.proposals[0].path == ""
    assert len(pipeline_told("proposal_created.v1")) == 1


def test_a_proposal_is_delivered_only_with_two_of_three(room: Room, proposal: pb.Proposal) -> None:
    deliver = pb.DeliverProposalRequest(proposal_id=proposal.id)
    refusal = refused(room, "DeliverProposal", deliver)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "EVIDENCE_MISSING")
    assert refusal.failure.metadata["missing"] == "watermarked_pdf,delivery_receipt,opened_link"
    fetch(room, proposal, SUPERVISOR)
    assert current(room, proposal).evidence == []
    fetch(room, proposal)
    fetch(room, proposal)
    refusal = refused(room, "DeliverProposal", deliver)
    assert (refusal.failure.metadata["missing"], refusal.failure.metadata["needed"]) == (
        "delivery_receipt,opened_link",
        "1",
    )
    assert open_link(room, proposal).content_type == "application/pdf"
    delivered = ask(room, "DeliverProposal", deliver).proposal
    assert delivered.state == pb.PROPOSAL_STATE_DELIVERED
    assert [each.kind for each in delivered.evidence] == ["watermarked_pdf", "opened_link"]
    assert ask(room, "DeliverProposal", deliver).proposal == delivered
    (told,) = pipeline_told("proposal_delivered.v1")
    assert told["evidence"] == ["watermarked_pdf", "opened_link"]
    assert shown(room, proposal.opportunity_id).stage == pb.OPPORTUNITY_STAGE_PROPOSAL


def test_the_opening_of_a_link_is_told_once_a_day(room: Room, proposal: pb.Proposal) -> None:
    for _ in range(3):
        assert open_link(room, proposal).data.startswith(b"%PDF-")
    assert [each.day for each in current(room, proposal).openings] == [f"{clock.now():%Y-%m-%d}"]
    (told,) = pipeline_told("proposal_opened.v1")
    assert (told["proposal_id"], told["owner_id"], told["days_opened"]) == (proposal.id, "alice", 1)
    broken = pb.OpenProposalRequest(token="A" * 78)
    assert refused(room, "OpenProposal", broken, CUSTOMER).reason == "PROPOSAL_LINK_INVALID"


def test_the_mail_systems_receipt_counts_once_and_only_for_the_recipient(room: Room, proposal: pb.Proposal) -> None:
    for _ in range(2):
        ask(room, "RecordDeliveryReceipt", receipt(proposal), MAIL_SYSTEM)
    (evidence,) = current(room, proposal).evidence
    assert (evidence.kind, evidence.detail) == ("delivery_receipt", "<1@mail>")
    other = receipt(proposal, recipient_email="me@example.com")
    assert refused(room, "RecordDeliveryReceipt", other, MAIL_SYSTEM).failure.violations[0].field == "recipient_email"
    future = receipt(proposal)
    future.delivery_time.FromDatetime(clock.now() + timedelta(hours=1))
    assert refused(room, "RecordDeliveryReceipt", future, MAIL_SYSTEM).failure.violations[0].field == "delivery_time"
    assert refused(room, "RecordDeliveryReceipt", receipt(proposal), ALICE).code == "PERMISSION_DENIED"


def test_a_proposal_out_of_reach_looks_like_none(room: Room, proposal: pb.Proposal) -> None:
    bob = salesperson("bob")
    for rpc, request in (
        ("GetProposal", pb.GetProposalRequest(proposal_id=proposal.id)),
        ("GetProposalPdf", pb.GetProposalPdfRequest(proposal_id=proposal.id)),
        ("DeliverProposal", pb.DeliverProposalRequest(proposal_id=proposal.id)),
        ("ListProposals", pb.ListProposalsRequest(opportunity_id=proposal.opportunity_id)),
        ("CreateProposal", draft(proposal.opportunity_id)),
    ):
        assert refused(room, rpc, request, bob).code == "NOT_FOUND"


def test_a_proposal_says_what_and_to_whom(room: Room, proposal: pb.Proposal) -> None:
    for fields, field in (
        ({"title": " "}, "title"),
        ({"recipient_name": ""}, "recipient_name"),
        ({"recipient_email": "no mail"}, "recipient_email"),
        ({"items": [pb.ProposalItem(title="x")] * 51}, "items"),
    ):
        request = draft(proposal.opportunity_id, **fields)
        assert refused(room, "CreateProposal", request).failure.violations[0].field == field
