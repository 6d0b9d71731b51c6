"""The events of opportunities and proposals, made from what is stored. Nothing here decides anything."""

from typing import TYPE_CHECKING, Any

from saleloop.leads.v1 import pipeline_events_pb2 as events
from saleloop.type.v1.money_pb2 import Money
from services.leads.translate.values import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.leads.documents.opportunity import Opportunity
    from services.leads.documents.proposal import Proposal
    from services.leads.documents.refused_jump import RefusedJump


def opportunity_opened(opportunity: "Opportunity", by: str) -> events.OpportunityOpened:
    """A deal is worked on from now on."""
    return events.OpportunityOpened(**_deal(opportunity), lead_id=opportunity.lead_id, by=by)


def opportunity_moved(opportunity: "Opportunity", to_stage: str, by: str, why: str) -> events.OpportunityMoved:
    """It leaves its stage for `to_stage`."""
    return events.OpportunityMoved(
        **_deal(opportunity), from_stage=opportunity.stage, to_stage=to_stage, by=by, why=why
    )


def opportunity_jump_refused(jump: "RefusedJump") -> events.OpportunityJumpRefused:
    """A gate stayed closed."""
    return events.OpportunityJumpRefused(
        **{**_deal(jump), "opportunity_id": jump.opportunity_id},
        from_stage=jump.from_stage,
        to_stage=jump.to_stage,
        by=jump.by,
        missing=jump.missing,
    )


def opportunity_stalled(opportunity: "Opportunity") -> events.OpportunityStalled:
    """Nobody said a word about it for too long."""
    return events.OpportunityStalled(
        **_deal(opportunity), stage=opportunity.stage, update_time=timestamp(opportunity.update_time)
    )


def opportunity_won(opportunity: "Opportunity", by: str) -> events.OpportunityWon:
    """It was won."""
    amount = Money(currency_code=opportunity.currency, amount_minor=opportunity.won_amount_minor)
    return events.OpportunityWon(**_deal(opportunity), segment=opportunity.segment, won_amount=amount, by=by)


def opportunity_lost(opportunity: "Opportunity", by: str) -> events.OpportunityLost:
    """It was lost, for which reason, at which stage."""
    return events.OpportunityLost(
        **_deal(opportunity),
        segment=opportunity.segment,
        loss_reason=opportunity.loss_reason,
        lost_stage=opportunity.lost_stage,
        competitor=opportunity.competitor,
        by=by,
        why=opportunity.close_note,
    )


def opportunity_reopened(opportunity: "Opportunity", by: str, why: str) -> events.OpportunityReopened:
    """It is worked on again."""
    return events.OpportunityReopened(**_deal(opportunity), by=by, why=why)


def proposal_created(proposal: "Proposal") -> events.ProposalCreated:
    """It was printed for its recipient."""
    return events.ProposalCreated(**_offer(proposal), by=proposal.by)


def proposal_opened(proposal: "Proposal", at: "datetime") -> events.ProposalOpened:
    """The recipient opened the link."""
    return events.ProposalOpened(**_offer(proposal), open_time=timestamp(at), days_opened=len(proposal.openings))


def proposal_delivered(proposal: "Proposal", evidence: "Sequence[str]", by: str) -> events.ProposalDelivered:
    """Two of three evidences are there."""
    return events.ProposalDelivered(**_offer(proposal), evidence=evidence, by=by)


def _deal(row: Any) -> dict[str, str]:
    return {
        "opportunity_id": row.id,
        "account_id": row.account_id,
        "owner_id": row.owner_id,
        "team_id": row.team_id,
        "region": row.region,
        "company": row.company,
    }


def _offer(proposal: "Proposal") -> dict[str, str]:
    return {
        "proposal_id": proposal.id,
        "opportunity_id": proposal.opportunity_id,
        "account_id": proposal.account_id,
        "owner_id": proposal.owner_id,
        "company": proposal.company,
        "title": proposal.title,
        "recipient_name": proposal.recipient_name,
    }
