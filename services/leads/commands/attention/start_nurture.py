"""Start a nurture package for a customer who is still thinking."""

from datetime import datetime

from chassis.documents import DuplicateValue
from services.leads.documents import NurturePackage, NurtureRun
from services.leads.domain.attention.errors import NurtureRunning
from services.leads.domain.attention.nurture import STILL_THINKING
from services.leads.queries.attention.subjects import Subject


def start_nurture(subject: Subject, *, package_id: str, at: datetime) -> NurtureRun:
    """The run, started at `at` (UTC) with the package as it is now. Starting the same again changes nothing.

    Raises NurturePackageNotFound, NurtureRunning.
    """
    package = NurturePackage.current(package_id or STILL_THINKING)
    account = subject.account
    run = NurtureRun(
        account_id=account["_id"],
        running_account_id=account["_id"],
        lead_id=subject.lead_id,
        opportunity_id=subject.opportunity_id,
        company=account["name"],
        owner_id=account["owner_id"],
        team_id=account["team_id"],
        region=account["region"],
        package_id=package.id,
        package_version=package.version,
        steps=package.steps,
        start_time=at,
    )
    run.plan()
    try:
        run.commit(why="the customer is still thinking")
    except DuplicateValue:
        return _running(run)
    return run


def _running(wanted: NurtureRun) -> NurtureRun:
    found = NurtureRun.collection().find_one({"running_account_id": wanted.account_id}, {"outbox": 0})
    if found is not None:
        running = NurtureRun._from_son(found)
        same = ("package_id", "lead_id", "opportunity_id")
        if all(getattr(running, name) == getattr(wanted, name) for name in same):
            return running
    raise NurtureRunning("another package runs for this account", account_id=wanted.account_id)
