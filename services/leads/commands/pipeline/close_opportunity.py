"""End an opportunity, or take it up again."""

from datetime import datetime

from services.leads.commands.pipeline.move_opportunity import record_refusal
from services.leads.commands.pipeline.settling import settled
from services.leads.documents import LossReason, Opportunity
from services.leads.domain.pipeline.errors import GateClosed, LossReasonUnknown
from services.leads.domain.pipeline.stages import DealState
from services.leads.domain.pipeline.survey import LINE_CHARS, Amount, check_amount, check_text


def close_won(opportunity_id: str, *, amount: Amount | None, note: str, by: str, at: datetime) -> Opportunity:
    """The deal as won, for `amount` or else for what was signed. Winning it again changes nothing.

    Raises OpportunityNotFound, OpportunityClosed, GateClosed (on record), FieldProblem.
    """
    words = check_text("note", note)
    if amount is not None:
        check_amount("won_amount", amount, low=1)

    def work(opportunity: Opportunity) -> None:
        if opportunity.state == DealState.WON:
            return
        if amount is not None:
            opportunity.currency = amount.currency
        opportunity.win(opportunity.signed_amount_minor if amount is None else amount.minor, at, by, words)

    try:
        return settled(opportunity_id, work, why=words)
    except GateClosed as closed:
        record_refusal(Opportunity.load(opportunity_id), closed, at, by)
        raise


def close_lost(
    opportunity_id: str, *, reason: str, note: str, competitor: str, by: str, at: datetime
) -> tuple[Opportunity, LossReason]:
    """The deal as lost, and the reason with its playbook. Losing it again for the same reason changes nothing.

    Raises OpportunityNotFound, OpportunityClosed, LossReasonUnknown, FieldProblem.
    """
    words, rival = check_text("note", note), check_text("competitor", competitor, chars=LINE_CHARS)
    preset = LossReason.current(reason)
    if preset is None or not preset.active:
        raise LossReasonUnknown("请选择一个预设的失败原因。Choose one of the preset loss reasons.", loss_reason=reason)

    def work(opportunity: Opportunity) -> None:
        if opportunity.state == DealState.LOST and opportunity.loss_reason == reason:
            return
        opportunity.lose(reason, at, by, words, rival)

    return settled(opportunity_id, work, why=words or reason), preset


def reopen_opportunity(opportunity_id: str, *, why: str, by: str, at: datetime) -> Opportunity:
    """The deal as open again; says why. Raises OpportunityNotFound, OpportunityOpen, FieldProblem."""
    reason = check_text("why", why, needed=True)
    return settled(opportunity_id, lambda opportunity: opportunity.reopen(at, by, reason), why=reason)
