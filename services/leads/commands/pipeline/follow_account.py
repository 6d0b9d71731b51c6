"""Let the opportunities of an account follow what quotes and billing tell of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import VersionConflict, transaction
from chassis.ids import derived_id
from services.leads.commands.pipeline.settling import settle
from services.leads.documents import Account, Lead, Opportunity, RefusedJump, TimelineEntry
from services.leads.domain.pipeline.belonging import Deal, Happening, Told, facts_by_deal
from services.leads.domain.pipeline.gates import missing_for
from services.leads.domain.pipeline.stages import DealState, Stage, is_before
from services.leads.queries.account_family import family_of

ACCEPTED = "ORDER_STATE_ACCEPTED"
ORDER_MOVED = "order_moved"
# Where an event wants its opportunity.
_WANTED: Mapping[Told, Stage] = {
    Told.QUOTE_SUBMITTED: Stage.QUOTE,
    Told.QUOTE_SIGNED: Stage.CONTRACT,
    Told.PAYMENT_RECORDED: Stage.PAYMENT,
}
FOLLOWED = frozenset({*(told.value for told in Told if told is not Told.ORDER_ACCEPTED), ORDER_MOVED})


def follow_account(account_id: str, *, at: datetime, by: str, entry_id: str = "") -> None:
    """Bring the account's opportunities to where its timeline says, as of `at` (UTC).

    All that is known is attributed anew, so neither order nor repetition matters. `entry_id` is the line that is
    new: when a gate stops what it asks for, that is on record.
    """

    family = family_of(_root_of(account_id))

    def work(session: ClientSession) -> list[tuple[Opportunity, Happening]]:
        opportunities = _opportunities(family, session)
        if not opportunities:
            return []
        happenings = _happenings(family, session)
        deals = [Deal(each.id, each.create_time, each.close_time) for each in opportunities]
        known = facts_by_deal(deals, happenings)
        told: list[tuple[Opportunity, Happening]] = []
        for opportunity in opportunities:
            facts = known[opportunity.id]
            before = opportunity.state
            opportunity.follow(facts, at, by)
            opportunity.commit(session=session)
            settle(opportunity, before, session)
            told += [(opportunity, each) for each in happenings if each.id == entry_id and each.id in facts.event_ids]
        return told

    for opportunity, happening in transaction(work):
        _record_refusal(opportunity, happening, by)


def note_first_quote(account_id: str, at: datetime) -> None:
    """The account's leads that were assigned before `at` (UTC) and had no quote until then have their first now."""
    waiting = {
        "account_id": {"$in": family_of(_root_of(account_id))},
        "assign_time": {"$lte": at},
        "$or": [{"first_quote_time": None}, {"first_quote_time": {"$gt": at}}],
    }
    for found in list(Lead.collection().find(waiting, {"_id": 1})):
        lead = Lead.load(found["_id"])
        if lead.first_quote_time is None or at < lead.first_quote_time:
            lead.first_quote_time = at
            lead.commit(why="first quote")


def _record_refusal(opportunity: Opportunity, happening: Happening, by: str) -> None:
    wanted = _WANTED.get(happening.told)
    is_refused = wanted is not None and is_before(Stage(opportunity.stage), wanted)
    if wanted is None or not is_refused or opportunity.state != DealState.OPEN:
        return
    missing = [need.value for need in missing_for(wanted, opportunity.gate_facts)]
    jump = RefusedJump.of(opportunity, wanted, missing, happening.time, by)
    jump.id = derived_id("refused_jump", opportunity.id, happening.id)
    try:
        jump.commit()
    except VersionConflict:
        return  # a second delivery


def _root_of(account_id: str) -> str:
    """The account itself, or the one that it was merged into: others may go on telling of it by its old id."""
    seen = {account_id}
    while True:
        found = Account.collection().find_one({"_id": account_id}, {"merged_into": 1}) or {}
        into = found.get("merged_into")
        if not into or into in seen:
            return account_id
        seen.add(into)
        account_id = into


def _opportunities(family: Sequence[str], session: ClientSession) -> list[Opportunity]:
    rows = Opportunity.collection().find({"account_id": {"$in": family}}, {"outbox": 0}, session=session)
    return [Opportunity._from_son(row) for row in rows.sort("_id", 1)]


def _happenings(family: Sequence[str], session: ClientSession) -> Sequence[Happening]:
    where = {"account_id": {"$in": family}, "kind": {"$in": sorted(FOLLOWED)}}
    rows = TimelineEntry.collection().find(where, {"kind": 1, "time": 1, "details": 1}, session=session)
    found = (_happening(row) for row in rows)
    return [each for each in found if each is not None]


def _happening(row: Mapping[str, Any]) -> Happening | None:
    details = row["details"]
    if row["kind"] == ORDER_MOVED and details.get("order_state") != ACCEPTED:
        return None
    told = Told.ORDER_ACCEPTED if row["kind"] == ORDER_MOVED else Told(row["kind"])
    amount = details.get("amount_minor" if told is Told.PAYMENT_RECORDED else "total_minor", "0")
    return Happening(
        id=row["_id"],
        told=told,
        time=row["time"],
        quote_id=details.get("quote_id", ""),
        contract_id=details.get("contract_id", ""),
        amount_minor=int(amount),
    )
