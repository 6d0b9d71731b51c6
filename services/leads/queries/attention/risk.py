"""Which accounts are at risk: facts of several collections, joined under the accounts that the caller sees."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import (
    Account,
    AccountMoneyRisk,
    Engagement,
    Lead,
    Opportunity,
    RiskScript,
    Voice,
)
from services.leads.domain.attention.checks import number
from services.leads.domain.attention.policy import AttentionNumbers
from services.leads.domain.attention.risk import (
    QUARTER_MONTHS,
    Cause,
    CauseFact,
    Risk,
    fall_bp,
    months_before,
    ranked,
    weigh,
)
from services.leads.domain.attention.risk_scripts import DEFAULT_SCRIPTS
from services.leads.domain.attention.voice import VoiceState
from services.leads.queries.accounts import Row
from services.leads.queries.visible_rows import owned_rows

LOST_LATELY = timedelta(days=90)
SHOWN, SHOWN_MOST = 10, 100
_BP_OF_PERCENT = 100

Condition = dict[str, Any]
Found = Iterator[tuple[str, CauseFact]]


def list_accounts_at_risk(
    by: Principal,
    scope: Scope,
    numbers: AttentionNumbers,
    at: datetime,
    *,
    owner_id: str,
    team_id: str,
    page_size: int,
) -> tuple[list[tuple[Risk, Row]], int]:
    """The riskiest accounts as of `at` (UTC), each with its row, and how many there are in all. Raises FieldProblem."""
    shown = number("page_size", page_size, 0, SHOWN_MOST) or SHOWN
    reach: Condition = {"$and": [owned_rows(by, scope), *([{"owner_id": owner_id}] if owner_id else [])]}
    facts: dict[str, list[CauseFact]] = {}
    for account_id, fact in _facts(reach, numbers, at):
        facts.setdefault(account_id, []).append(fact)
    # Whatever a fact says about its owner: the account decides who sees it.
    where: list[Condition] = [{"_id": {"$in": list(facts)}}, reach, *([{"team_id": team_id}] if team_id else [])]
    accounts = {row["_id"]: row for row in Account.collection().find({"$and": where}, {"name": 1, "owner_id": 1})}
    risks = ranked(weigh(each, facts[each], numbers.risk_points) for each in accounts)
    return [(risk, accounts[risk.account_id]) for risk in risks[:shown]], len(risks)


def scripts_by_cause() -> Mapping[str, Mapping[str, str]]:
    """What to say, by cause: as somebody wrote it, else the default."""
    wanted = {"_id": {"$in": [cause.value for cause in Cause]}}
    written = {row["_id"]: row["texts"] for row in RiskScript.collection().find(wanted, {"texts": 1})}
    return {cause.value: written.get(cause.value, DEFAULT_SCRIPTS[cause]) for cause in Cause}


def _facts(reach: Condition, numbers: AttentionNumbers, at: datetime) -> Found:
    yield from _silent(reach)
    yield from _counted(
        Lead,
        {"is_first_contact_breached": True, "contact_time": None, "state": "assigned"},
        reach,
        "first_contact_due_time",
        Cause.FIRST_CONTACT_BREACHED,
    )
    yield from _counted(
        Voice, {"state": VoiceState.OPEN.value, "is_negative": True}, reach, "voice_time", Cause.NEGATIVE_VOICE
    )
    lately = {"state": "lost", "close_time": {"$gte": at - LOST_LATELY, "$lte": at}}
    yield from _counted(Opportunity, lately, reach, "close_time", Cause.LOST_OPPORTUNITY)
    yield from _money(reach)
    yield from _falling(reach, numbers.falling_bp, at)


def _silent(reach: Condition) -> Found:
    for row in Engagement.collection().find({"$and": [{"is_silent": True}, reach]}, {"silent_since": 1}):
        yield row["_id"], CauseFact(Cause.SILENCE, 1, row["silent_since"])


def _counted(source: Any, where: Condition, reach: Condition, time_field: str, cause: Cause) -> Found:
    """One fact for each account: how many documents, and since when."""
    steps: Sequence[Mapping[str, Any]] = [
        {"$match": {"$and": [where, reach]}},
        {"$group": {"_id": "$account_id", "count": {"$sum": 1}, "since": {"$min": f"${time_field}"}}},
    ]
    for row in source.collection().aggregate(steps):
        yield row["_id"], CauseFact(cause, row["count"], row["since"])


def _money(reach: Condition) -> Found:
    for row in AccountMoneyRisk.collection().find({"$and": [{"is_at_risk": True}, reach]}):
        if row["overdue"]:
            since = min(row["overdue"].values())
            yield row["_id"], CauseFact(Cause.RECEIVABLE_OVERDUE, len(row["overdue"]), since)
        if row["is_high_risk"]:
            yield row["_id"], CauseFact(Cause.HIGH_RISK, 1, row.get("high_risk_since"))


def _falling(reach: Condition, limit_bp: int, at: datetime) -> Found:
    before = months_before(at, 2 * QUARTER_MONTHS)[:QUARTER_MONTHS]
    where: Condition = {"$and": [{"months": {"$in": before}}, reach]}
    for row in AccountMoneyRisk.collection().find(where, {"purchases": 1}):
        fall = fall_bp(row["purchases"], at)
        if fall >= limit_bp:
            yield row["_id"], CauseFact(Cause.FALLING_PURCHASES, fall // _BP_OF_PERCENT)
