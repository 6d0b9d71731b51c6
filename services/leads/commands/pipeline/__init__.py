"""What happens between a valid lead and the payment, and the timeline that tells it."""

from services.leads.commands.pipeline.close_opportunity import close_lost, close_won, reopen_opportunity
from services.leads.commands.pipeline.create_proposal import ProposalDraft, create_proposal
from services.leads.commands.pipeline.keep_event import EntryDraft, keep_event
from services.leads.commands.pipeline.log_touch import log_touch
from services.leads.commands.pipeline.move_opportunity import move_opportunity
from services.leads.commands.pipeline.open_opportunity import open_for_lead, open_opportunity
from services.leads.commands.pipeline.prove_proposal import (
    deliver_proposal,
    hand_over_pdf,
    open_proposal,
    record_delivery_receipt,
)
from services.leads.commands.pipeline.put_loss_reason import put_loss_reason
from services.leads.commands.pipeline.update_opportunity import update_opportunity, update_survey, upload_acceptance

__all__ = [
    "EntryDraft",
    "ProposalDraft",
    "close_lost",
    "close_won",
    "create_proposal",
    "deliver_proposal",
    "hand_over_pdf",
    "keep_event",
    "log_touch",
    "move_opportunity",
    "open_for_lead",
    "open_opportunity",
    "open_proposal",
    "put_loss_reason",
    "record_delivery_receipt",
    "reopen_opportunity",
    "update_opportunity",
    "update_survey",
    "upload_acceptance",
]
