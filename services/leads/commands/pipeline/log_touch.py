"""Record that the owner talked with the customer."""

from datetime import datetime, timedelta

from services.leads.commands.pipeline.open_opportunity import requested_id
from services.leads.documents import Account, Opportunity, TimelineEntry
from services.leads.domain.errors import AccountNotFound, FieldProblem, RequestIdReused
from services.leads.domain.pipeline.errors import NotAccountOwner, OpportunityNotFound
from services.leads.domain.pipeline.survey import check_text

KIND = "touch_logged"
SUMMARY_CHARS = 2_000
PAST_ALLOWED, FUTURE_ALLOWED = timedelta(days=31), timedelta(minutes=10)


def log_touch(
    account_id: str,
    *,
    touch: str,
    summary: str,
    opportunity_id: str,
    touch_time: datetime | None,
    request_id: str,
    by: str,
    at: datetime,
) -> TimelineEntry:
    """The line on the timeline; `touch` is call, visit, mail or chat. Repeating the request changes nothing.

    Raises AccountNotFound, NotAccountOwner, OpportunityNotFound, RequestIdReused, RequestIdTooLong, FieldProblem.
    """
    entry_id = requested_id("touch", by, request_id)
    earlier = TimelineEntry.find(entry_id)
    if earlier is not None:
        if earlier.account_id != account_id:
            raise RequestIdReused("this request_id came with other content before", entry_id=entry_id)
        return earlier
    account = Account.find(account_id)
    if account is None:
        raise AccountNotFound(f"there is no account {account_id}", account_id=account_id)
    if account.owner_id != by:
        raise NotAccountOwner("only the account's owner logs a touch", account_id=account_id)
    time = touch_time or at
    if not at - PAST_ALLOWED <= time <= at + FUTURE_ALLOWED:
        raise FieldProblem("touch_time", "OUT_OF_RANGE", "须在最近 31 天内", "must be within the last 31 days")
    words = check_text("summary", summary, chars=SUMMARY_CHARS, needed=True)
    opportunity = _opportunity_of(account_id, opportunity_id) if opportunity_id else None
    entry = TimelineEntry(
        id=entry_id,
        account_id=account_id,
        opportunity_id=opportunity_id,
        kind=KIND,
        source="leads",
        time=time,
        by=by,
        owner_id=account.owner_id,
        team_id=account.team_id,
        region=account.region,
        details={"touch": touch, "summary": words},
    )
    if opportunity is not None:
        # First, since the entry under the request's id says that all is done.
        opportunity.update(time)
        opportunity.commit(why=f"touch: {touch}")
    entry.commit()
    return entry


def _opportunity_of(account_id: str, opportunity_id: str) -> Opportunity:
    opportunity = Opportunity.find(opportunity_id)
    if opportunity is None or opportunity.account_id != account_id:
        raise OpportunityNotFound(f"there is no opportunity {opportunity_id}", opportunity_id=opportunity_id)
    return opportunity
