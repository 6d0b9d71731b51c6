"""Collect the evidence that a proposal reached its recipient, and count it as delivered."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis import files
from chassis.documents import transaction
from services.leads.commands.pipeline.settling import settle
from services.leads.documents import Opportunity, Proposal
from services.leads.domain.errors import FieldProblem
from services.leads.domain.pipeline.evidence import EvidenceKind
from services.leads.domain.pipeline.stages import DealState
from services.leads.domain.pipeline.survey import LINE_CHARS, check_text


def hand_over_pdf(proposal_id: str, *, by: str, at: datetime) -> bytes:
    """The watermarked PDF; when the owner fetches it, it counts as handed over. Raises ProposalNotFound."""
    proposal = Proposal.load(proposal_id)
    _, content = files.read(proposal.file_id)
    if proposal.owner_id == by:
        proposal.add_evidence(EvidenceKind.WATERMARKED_PDF, at, by)
        proposal.commit()
    return content


def record_delivery_receipt(
    proposal_id: str, *, message_id: str, recipient_email: str, delivery_time: datetime, at: datetime
) -> None:
    """The mail system delivered it to its recipient. A repeated receipt changes nothing.

    Raises ProposalNotFound, FieldProblem.
    """
    message = check_text("message_id", message_id, chars=4 * LINE_CHARS, needed=True)
    proposal = Proposal.load(proposal_id)
    if not proposal.recipient_email or recipient_email.strip().lower() != proposal.recipient_email:
        raise FieldProblem(
            "recipient_email", "OTHER_RECIPIENT", "不是该方案的收件人", "not the recipient of this proposal"
        )
    if not proposal.create_time <= delivery_time <= at:
        raise FieldProblem(
            "delivery_time", "OUT_OF_RANGE", "须在方案创建之后、现在之前", "must be between its creation and now"
        )
    proposal.add_evidence(EvidenceKind.DELIVERY_RECEIPT, delivery_time, message)
    proposal.commit()


def open_proposal(proposal_id: str, *, at: datetime) -> bytes:
    """The PDF for whoever holds the link; the first opening of a day is on record. Raises ProposalNotFound."""
    proposal = Proposal.load(proposal_id)
    _, content = files.read(proposal.file_id)
    if proposal.open_link(at):
        proposal.commit()
    return content


def deliver_proposal(proposal_id: str, *, by: str, at: datetime) -> Proposal:
    """The proposal as delivered, which takes its opportunity into the stage as far as the gates let it.

    Repeating it changes nothing. Raises ProposalNotFound, EvidenceMissing.
    """

    def work(session: ClientSession) -> Proposal:
        proposal = Proposal.load(proposal_id, session=session)
        if proposal.deliver(at, by):
            proposal.commit(session=session)
            opportunity = Opportunity.load(proposal.opportunity_id, session=session)
            if opportunity.state == DealState.OPEN:
                opportunity.offer(at, by)
                opportunity.commit(why="proposal delivered", session=session)
                settle(opportunity, DealState.OPEN, session)
        return proposal

    return transaction(work)
