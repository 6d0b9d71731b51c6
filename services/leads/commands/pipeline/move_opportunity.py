"""Move an opportunity to another stage."""

from datetime import datetime

from services.leads.documents import Opportunity, RefusedJump
from services.leads.domain.pipeline.errors import GateClosed
from services.leads.domain.pipeline.stages import Stage
from services.leads.domain.pipeline.survey import check_text


def move_opportunity(opportunity_id: str, *, stage: Stage, why: str, by: str, at: datetime) -> Opportunity:
    """The opportunity in `stage`; moving it where it stands changes nothing. A refused jump is on record.

    Raises OpportunityNotFound, OpportunityClosed, GateClosed, MoveNeedsReason, FieldProblem.
    """
    reason = check_text("why", why)
    opportunity = Opportunity.load(opportunity_id)
    try:
        opportunity.move(stage, at, by, reason)
    except GateClosed as closed:
        record_refusal(opportunity, closed, at, by)
        raise
    opportunity.commit(why=reason)
    return opportunity


def record_refusal(opportunity: Opportunity, closed: GateClosed, at: datetime, by: str) -> None:
    """Put on record that `by` wanted it past a closed gate. The opportunity itself stays as it is stored."""
    jump = RefusedJump.of(opportunity, closed.metadata["stage"], closed.metadata["missing"].split(","), at, by)
    jump.commit()
