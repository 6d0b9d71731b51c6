"""What happens to a nurture package while it runs: steps fall due, or something stops it."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.documents import NurtureRun, Opportunity
from services.leads.domain.attention.checks import words
from services.leads.domain.attention.nurture import StopCause, has_moved_on

WHY_CHARS = 1_000


def stop_nurture(run_id: str, *, why: str, at: datetime) -> NurtureRun:
    """A person stops the run, and says why. One that has ended stays as it is.

    Raises NurtureRunNotFound, FieldProblem.
    """
    reason = words("why", why, WHY_CHARS)
    run = NurtureRun.load(run_id)
    run.stop(StopCause.PERSON, reason, at)
    run.commit(why=reason)
    return run


def stop_nurture_of_account(
    account_id: str, cause: StopCause, *, at: datetime, session: ClientSession | None = None
) -> None:
    """Stop what runs for the account, if it was started before `at` (UTC), since the customer moved."""
    found = NurtureRun.collection().find_one({"running_account_id": account_id}, {"outbox": 0}, session=session)
    if found is not None:
        run = NurtureRun._from_son(found)
        if run.start_time <= at:
            run.stop(cause, "", at)
            run.commit(why=cause.value, session=session)


def hand_out_step(run: NurtureRun, due_time: datetime) -> None:
    """The next step is due: it goes to the owner, unless an opportunity of the account has moved on since the start."""
    if _opportunity_moved(run):
        run.stop(StopCause.OPPORTUNITY_MOVED, "", due_time)
    else:
        run.hand_out_step(due_time)


def _opportunity_moved(run: NurtureRun) -> bool:
    where = {"_id": run.opportunity_id} if run.opportunity_id else {"account_id": run.account_id}
    for row in Opportunity.collection().find(where, {"stage_times": 1, "state": 1, "close_time": 1}):
        closed = row["state"] if (row.get("close_time") or run.start_time) > run.start_time else "open"
        if has_moved_on(row["stage_times"], closed, run.start_time):
            return True
    return False
