"""Proposals: protobuf to use case to protobuf, nothing else."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.commands import pipeline as commands
from services.leads.config import LeadsSettings
from services.leads.domain.errors import FieldProblem
from services.leads.domain.pipeline.printed_proposal import PrintedItem, PrintedProposal
from services.leads.domain.pipeline.proposal_link import make_token, read_token
from services.leads.pdf.proposal import print_proposal
from services.leads.queries import pipeline as queries
from services.leads.rpc.callers import caller
from services.leads.translate.pipeline import moment_from
from services.leads.translate.proposals import proposal_to_proto
from services.leads.translate.values import Row

LINK_PATH = "/v1/public/proposals/"


class ProposalRpcs:
    """Offers of a solution, and the evidence that they arrived."""

    _settings: LeadsSettings

    def CreateProposal(self, request: pb.CreateProposalRequest, context: Any) -> pb.CreateProposalResponse:
        queries.get_opportunity(request.opportunity_id, caller(), access.scope())
        draft = commands.ProposalDraft(
            title=request.title,
            text=request.text,
            items=[PrintedItem(item.title, item.text) for item in request.items],
            recipient_name=request.recipient_name,
            recipient_email=request.recipient_email,
        )
        proposal = commands.create_proposal(
            request.opportunity_id,
            draft,
            request_id=request.request_id,
            by=caller().subject,
            at=clock.now(),
            print_pdf=self._print,
        )
        return pb.CreateProposalResponse(proposal=self._message(proposal.to_mongo()))

    def GetProposal(self, request: pb.GetProposalRequest, context: Any) -> pb.GetProposalResponse:
        row = queries.get_proposal(request.proposal_id, caller(), access.scope())
        return pb.GetProposalResponse(proposal=self._message(row))

    def ListProposals(self, request: pb.ListProposalsRequest, context: Any) -> pb.ListProposalsResponse:
        rows, token = queries.list_proposals(request.opportunity_id, caller(), access.scope(), open_page(request))
        return pb.ListProposalsResponse(proposals=map(self._message, rows), next_page_token=token)

    def GetProposalPdf(self, request: pb.GetProposalPdfRequest, context: Any) -> HttpBody:
        queries.get_proposal(request.proposal_id, caller(), access.scope())
        return _pdf(commands.hand_over_pdf(request.proposal_id, by=caller().subject, at=clock.now()))

    def RecordDeliveryReceipt(
        self, request: pb.RecordDeliveryReceiptRequest, context: Any
    ) -> pb.RecordDeliveryReceiptResponse:
        delivery_time = moment_from(request, "delivery_time")
        if delivery_time is None:
            raise FieldProblem("delivery_time", "MISSING", "不能为空", "must not be empty")
        commands.record_delivery_receipt(
            request.proposal_id,
            message_id=request.message_id,
            recipient_email=request.recipient_email,
            delivery_time=delivery_time,
            at=clock.now(),
        )
        return pb.RecordDeliveryReceiptResponse()

    def DeliverProposal(self, request: pb.DeliverProposalRequest, context: Any) -> pb.DeliverProposalResponse:
        queries.get_proposal(request.proposal_id, caller(), access.scope())
        proposal = commands.deliver_proposal(request.proposal_id, by=caller().subject, at=clock.now())
        return pb.DeliverProposalResponse(proposal=self._message(proposal.to_mongo()))

    def OpenProposal(self, request: pb.OpenProposalRequest, context: Any) -> HttpBody:
        proposal_id = read_token(request.token, self._settings.link_key)
        return _pdf(commands.open_proposal(proposal_id, at=clock.now()))

    def _print(self, printed: PrintedProposal) -> bytes:
        return print_proposal(printed, self._settings.font_dir, self._settings.zone)

    def _message(self, row: Row) -> pb.Proposal:
        # Only the owner sends the link: whoever else opened it would look like the customer.
        is_owner = row["owner_id"] == caller().subject
        path = LINK_PATH + make_token(row["_id"], self._settings.link_key) if is_owner else ""
        return proposal_to_proto(row, path)


def _pdf(content: bytes) -> HttpBody:
    return HttpBody(content_type="application/pdf", data=content)
