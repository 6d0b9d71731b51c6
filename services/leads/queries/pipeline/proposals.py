"""Reading proposals."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Proposal
from services.leads.domain.pipeline.errors import ProposalNotFound
from services.leads.queries.pipeline.opportunities import LEFT_OUT, get_opportunity
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]


def get_proposal(proposal_id: str, by: Principal, scope: Scope) -> Row:
    """The proposal. Raises ProposalNotFound, also for one that the caller may not see."""
    row = Proposal.collection().find_one({"$and": [{"_id": proposal_id}, owned_rows(by, scope)]}, LEFT_OUT)
    if row is None:
        raise ProposalNotFound(f"there is no proposal {proposal_id}", proposal_id=proposal_id)
    return row


def list_proposals(opportunity_id: str, by: Principal, scope: Scope, page: Page) -> tuple[Sequence[Row], str]:
    """One page of an opportunity's proposals, newest first, and the next token. Raises OpportunityNotFound."""
    get_opportunity(opportunity_id, by, scope)
    where: dict[str, Any] = {"opportunity_id": opportunity_id}
    if page.after is not None:
        where["_id"] = {"$lt": page.after[0]}
    rows = list(Proposal.collection().find(where, LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))
