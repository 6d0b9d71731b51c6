"""Open an opportunity."""

from datetime import datetime

from chassis.documents import VersionConflict
from chassis.ids import derived_id, new_id
from services.leads.commands.pipeline.follow_account import follow_account
from services.leads.documents import Account, Lead, Opportunity
from services.leads.domain.errors import AccountNotFound, LeadNotFound, RequestIdReused, RequestIdTooLong
from services.leads.domain.pipeline.errors import NotAccountOwner
from services.leads.domain.pipeline.survey import Amount, check_amount, check_close_time, check_text

REQUEST_ID_CHARS = 200


def open_opportunity(
    account_id: str,
    *,
    amount: Amount | None,
    close_time: datetime | None,
    note: str,
    request_id: str,
    by: str,
    at: datetime,
) -> Opportunity:
    """A deal that the account's owner sees coming; `by` is the caller's subject. Repeating the request changes nothing.

    Raises AccountNotFound, NotAccountOwner, RequestIdReused, RequestIdTooLong, FieldProblem.
    """
    opportunity_id = requested_id("opportunity", by, request_id)
    earlier = Opportunity.find(opportunity_id)
    if earlier is not None:
        if earlier.account_id != account_id:
            raise RequestIdReused("this request_id came with other content before", opportunity_id=earlier.id)
        return earlier
    account = Account.find(account_id)
    if account is None:
        raise AccountNotFound(f"there is no account {account_id}", account_id=account_id)
    if account.owner_id != by:
        raise NotAccountOwner("only the account's owner opens an opportunity", account_id=account_id)
    opportunity = Opportunity.opened(
        opportunity_id,
        account,
        at,
        by,
        note=check_text("note", note),
        expected_close_time=None if close_time is None else check_close_time(close_time, at),
    )
    if amount is not None:
        opportunity.expect(check_amount("expected_amount", amount))
    opportunity.commit()
    follow_account(account_id, at=at, by=by)
    return Opportunity.load(opportunity.id)


def open_for_lead(lead_id: str, account_id: str, *, by: str, at: datetime) -> None:
    """The deal of a lead that became valid at `at` (UTC). A second delivery changes nothing.

    Raises LeadNotFound, AccountNotFound.
    """
    opportunity_id = derived_id("opportunity", lead_id)
    if Opportunity.find(opportunity_id) is None:
        lead, account = Lead.find(lead_id), Account.find(account_id)
        if lead is None:
            raise LeadNotFound(f"there is no lead {lead_id}", lead_id=lead_id)
        if account is None:
            raise AccountNotFound(f"there is no account {account_id}", account_id=account_id)
        opportunity = Opportunity.opened(
            opportunity_id, account, at, by, lead_id=lead.id, channel=lead.channel, needs=list(lead.needs)
        )
        try:
            opportunity.commit()
        except VersionConflict:
            return  # another delivery was first
    # Also after a kill in between: a quote may have been told of before the opportunity was there.
    follow_account(account_id, at=at, by=by)


def requested_id(noun: str, by: str, request_id: str) -> str:
    """The id of what a request makes: of a repeated request the same. Raises RequestIdTooLong."""
    if len(request_id) > REQUEST_ID_CHARS:
        raise RequestIdTooLong(f"at most {REQUEST_ID_CHARS} characters")
    return derived_id(noun, by, request_id) if request_id else new_id()
