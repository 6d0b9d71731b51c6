"""Change an opportunity and, when that wins or loses it, its owner's counters with it."""

from collections.abc import Callable

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.commands.routing.workload import count_outcome, take_back_outcome
from services.leads.documents import Opportunity
from services.leads.domain.pipeline.stages import DealState


def settled(opportunity_id: str, change: Callable[[Opportunity], object], why: str = "") -> Opportunity:
    """The opportunity after `change`, which may run several times. Raises OpportunityNotFound and what it raises."""

    def work(session: ClientSession) -> Opportunity:
        opportunity = Opportunity.load(opportunity_id, session=session)
        before = opportunity.state
        change(opportunity)
        opportunity.commit(why=why, session=session)
        settle(opportunity, before, session)
        return opportunity

    return transaction(work)


def settle(opportunity: Opportunity, before: str, session: ClientSession) -> None:
    """Count a deal that was not won or lost `before` and is now, and the reverse."""
    if before == opportunity.state:
        return
    counters = (opportunity.owner_id, opportunity.segment)
    if before != DealState.OPEN:
        take_back_outcome(*counters, before == DealState.WON, session=session)
    if opportunity.state != DealState.OPEN:
        count_outcome(*counters, opportunity.state == DealState.WON, session=session)
