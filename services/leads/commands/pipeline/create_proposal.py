"""Make a proposal for one recipient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis import files
from services.leads.commands.pipeline.open_opportunity import requested_id
from services.leads.documents import Opportunity, Proposal
from services.leads.domain.errors import FieldProblem, RequestIdReused
from services.leads.domain.pipeline.printed_proposal import PrintedItem, PrintedProposal
from services.leads.domain.pipeline.survey import LINE_CHARS, NOTE_CHARS, check_text

ITEMS = 50
PDF = "application/pdf"
PDF_BYTES = 10 * 2**20


@dataclass(frozen=True, kw_only=True)
class ProposalDraft:
    """What is offered to whom, as it was typed."""

    title: str
    text: str
    items: Sequence[PrintedItem]
    recipient_name: str
    recipient_email: str


def create_proposal(
    opportunity_id: str,
    draft: ProposalDraft,
    *,
    request_id: str,
    by: str,
    at: datetime,
    print_pdf: Callable[[PrintedProposal], bytes],
) -> Proposal:
    """The proposal with its watermarked PDF. Repeating the request changes nothing.

    Raises OpportunityNotFound, OpportunityClosed, RequestIdReused, RequestIdTooLong, FieldProblem, FontMissing.
    """
    proposal_id = requested_id("proposal", by, request_id)
    earlier = Proposal.find(proposal_id)
    if earlier is not None:
        if earlier.opportunity_id != opportunity_id:
            raise RequestIdReused("this request_id came with other content before", proposal_id=proposal_id)
        return earlier
    checked = _check(draft)
    opportunity = Opportunity.load(opportunity_id)
    opportunity.require_open()
    content = print_pdf(
        PrintedProposal(
            number=proposal_id,
            company=opportunity.company,
            recipient=checked.recipient_name,
            title=checked.title,
            text=checked.text,
            items=tuple(checked.items),
            time=at,
        )
    )
    file = files.keep(content, name=f"{proposal_id}.pdf", media_type=PDF, allowed={PDF}, max_bytes=PDF_BYTES)
    proposal = Proposal(
        id=proposal_id,
        opportunity_id=opportunity.id,
        account_id=opportunity.account_id,
        company=opportunity.company,
        owner_id=opportunity.owner_id,
        team_id=opportunity.team_id,
        region=opportunity.region,
        title=checked.title,
        text=checked.text,
        items=[{"title": item.title, "text": item.text} for item in checked.items],
        recipient_name=checked.recipient_name,
        recipient_email=checked.recipient_email,
        file_id=file.id,
        pdf_sha256=file.sha256,
        create_time=at,
        by=by,
    )
    proposal.mark_created()
    proposal.commit()
    return proposal


def _check(draft: ProposalDraft) -> ProposalDraft:
    if len(draft.items) > ITEMS:
        raise FieldProblem("items", "TOO_MANY", f"最多 {ITEMS} 项", f"at most {ITEMS} items")
    email = check_text("recipient_email", draft.recipient_email, chars=LINE_CHARS).lower()
    if email and ("@" not in email[1:-1] or any(char.isspace() for char in email)):
        raise FieldProblem("recipient_email", "MALFORMED", "邮箱地址无效", "not a mail address")
    return ProposalDraft(
        title=check_text("title", draft.title, chars=LINE_CHARS, needed=True),
        text=check_text("text", draft.text, chars=4 * NOTE_CHARS),
        items=[
            PrintedItem(
                check_text("items.title", item.title, chars=LINE_CHARS, needed=True),
                check_text("items.text", item.text),
            )
            for item in draft.items
        ],
        recipient_name=check_text("recipient_name", draft.recipient_name, chars=LINE_CHARS // 2, needed=True),
        recipient_email=email,
    )
