"""Give accounts to other owners, with everything open on them: all in the caller's transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.bulk import Changes
from chassis.documents import Aggregate
from services.leads.commands.routing.workload import move_untouched
from services.leads.documents import FOLLOWING, Account, Lead, ResponsibilityEntry
from services.leads.documents.first_contact_rules import current_rules
from services.leads.documents.first_contact_steps import OVER
from services.leads.domain.first_contact.follow_up import FirstContactRules
from services.leads.domain.lead_state import LeadState
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing.candidates import SalespersonFacts


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
        _move(account, account.id, "", owners[account.id], account.region, move, changes)
    followers = 0
    for following in FOLLOWING:
        where = {following.account: {"$in": list(owners)}, **following.open}
        rows = following.document.collection().find(where, {"outbox": 0}, session=session)
        pairs = ((following.document._from_son(row), owners[row[following.account]]) for row in rows)
        followers += _follow(pairs, move, changes, session)
    changes.write(session)
    changes.accept(session)
    return followers


def _follow(
    pairs: Iterable[tuple[Aggregate, SalespersonFacts]], move: Move, changes: Changes, session: ClientSession
) -> int:
    untouched: list[tuple[str, str, datetime, datetime]] = []
    rules: FirstContactRules | None = None
    moved = 0
    for document, owner in pairs:
        if document.owner_id == owner.id:
            continue
        moved += 1
        if isinstance(document, Lead):
            if document.state == LeadState.ASSIGNED and document.assign_time is not None:
                before = document.assign_time
                if document.first_contact_step in OVER:
                    # Its time was over, and nobody would be warned any more.
                    rules = rules or current_rules(session)
                    document.start_first_contact(rules, move.at)
                untouched.append((document.owner_id, owner.id, before, document.assign_time))
            _move(document, document.account_id, document.id, owner, document.region, move, changes)
        else:
            belong_to(document, owner)
            changes.add(document, move.why)
    move_untouched(untouched, session)
    return moved


def _move(
    document: Account | Lead,
    account_id: str,
    lead_id: str,
    owner: SalespersonFacts,
    region: str,
    move: Move,
    changes: Changes,
) -> None:
    """The document gets its owner, and the log a line of its own for it."""
    previous = document.owner_id
    if isinstance(document, Account):
        document.belong_to(owner)
    else:
        belong_to(document, owner)
    changes.add(document, move.why)
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


def belong_to(document: Aggregate, owner: SalespersonFacts) -> None:
    """Give one document its owner, in the fields that it has."""
    values = {"owner_id": owner.id, "team_id": owner.team_id, "supervisor_id": owner.supervisor_id}
    for name, value in values.items():
        if name in document._fields:
            setattr(document, name, value)
