"""Give accounts to other owners, with everything open on them: all in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from chassis.bulk import Changes
from chassis.documents import Aggregate
from services.leads.commands.routing.workload import move_untouched
from services.leads.documents import FOLLOWING, Account, Lead, ResponsibilityEntry
from services.leads.documents.first_contact_rules import current_rules
from services.leads.documents.first_contact_steps import OVER
from services.leads.domain.lead_state import LeadState
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing.candidates import SalespersonFacts

Row = Mapping[str, Any]

_READ = (
    *("version", "owner_id", "team_id", "supervisor_id", "account_id"),
    *("region", "state", "assign_time", "first_contact_step"),
)
_AT_ONCE = 2_000  # documents of one answer: by default there are 101 in the first


@dataclass(frozen=True)
class Move:
    """Who decided that accounts change hands, why, as of when (UTC). `reference` is the conflict or the hand-over."""

    kind: EntryKind
    decided_by: str
    why: str
    at: datetime
    reference: str = ""


def move_accounts(
    accounts: Iterable[Account],
    owners: Mapping[str, SalespersonFacts],
    move: Move,
    session: ClientSession,
    *,
    others: Iterable[Aggregate] = (),
) -> int:
    """Each account goes to its owner in `owners` (by account id); returns how many documents followed.

    `others` are changed documents that are written with them. Deadlines of the first contact stand in the leads, and so
    go along; only where the last limit was over, the new owner has a whole one. Raises VersionConflict.
    """
    changes = Changes()
    for each in others:
        changes.add(each, move.why)
    for account in accounts:
        _log(account.id, "", account.owner_id, owners[account.id], account.region, move, changes)
        account.belong_to(owners[account.id])
        changes.add(account, move.why)
    followers = 0
    for following in FOLLOWING:
        where = {following.account: {"$in": list(owners)}, **following.open}
        rows = following.document.collection().find(where, _READ, session=session, batch_size=_AT_ONCE)
        pairs: list[tuple[Row, SalespersonFacts]] = [(row, owners[row[following.account]]) for row in rows]
        pairs = [(row, owner) for row, owner in pairs if row.get("owner_id", "") != owner.id]
        followers += len(pairs)
        if following.document is Lead:
            pairs = _follow_with_limits(pairs, move, changes, session)
        for row, owner in pairs:
            changes.set_fields(following.document, row, fields_of(following.document, owner), move.why)
    changes.write(session)
    changes.accept(session)
    return followers


def _follow_with_limits(
    pairs: Sequence[tuple[Row, SalespersonFacts]], move: Move, changes: Changes, session: ClientSession
) -> list[tuple[Row, SalespersonFacts]]:
    """Leads have lines of their own in the log and are counted while untouched; returns those that need no more than
    their new owner.

    Where the time was over nobody would be warned any more: there the new owner gets a whole limit.
    """
    over = [row["_id"] for row, _ in pairs if _is_untouched(row) and row.get("first_contact_step") in OVER]
    restarted = Lead.load_many(over, session=session) if over else {}
    rules = current_rules(session) if over else None
    untouched: list[tuple[str, str, datetime, datetime]] = []
    for row, owner in pairs:
        _log(row["account_id"], row["_id"], row["owner_id"], owner, row["region"], move, changes)
        lead = restarted.get(row["_id"])
        if lead is not None and rules is not None:
            belong_to(lead, owner)
            lead.start_first_contact(rules, move.at)
            changes.add(lead, move.why)
        if _is_untouched(row):
            since = row["assign_time"]
            untouched.append((row["owner_id"], owner.id, since, since if lead is None else move.at))
    move_untouched(untouched, session)
    return [(row, owner) for row, owner in pairs if row["_id"] not in restarted]


def _is_untouched(row: Row) -> bool:
    return row["state"] == LeadState.ASSIGNED and row.get("assign_time") is not None


def _log(
    account_id: str, lead_id: str, previous: str, owner: SalespersonFacts, region: str, move: Move, changes: Changes
) -> None:
    """Every account and every lead has a line of its own in the responsibility log."""
    entry = ResponsibilityEntry(
        account_id=account_id,
        lead_id=lead_id,
        kind=move.kind,
        owner_id=owner.id,
        previous_owner_id=previous,
        team_id=owner.team_id,
        region=region,
        since=move.at,
        decided_by=move.decided_by,
        why=move.why,
        reason=move.why,
        reference=move.reference,
    )
    changes.add(entry)


def fields_of(cls: type[Aggregate], owner: SalespersonFacts) -> dict[str, str]:
    """What a document of this class keeps of its owner."""
    values = {"owner_id": owner.id, "team_id": owner.team_id, "supervisor_id": owner.supervisor_id}
    return {name: value for name, value in values.items() if name in cls._fields}


def belong_to(document: Aggregate, owner: SalespersonFacts) -> None:
    """Give one document its owner, in the fields that it has."""
    for name, value in fields_of(type(document), owner).items():
        setattr(document, name, value)
