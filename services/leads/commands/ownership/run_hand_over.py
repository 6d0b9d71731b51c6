"""Carry out a hand-over, chunk by chunk.

A chunk of accounts, everything that follows them and the progress are one transaction. After a kill the repeated event
goes on behind the last chunk that was committed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.commands.ownership.moving import Move, move_accounts
from services.leads.commands.ownership.staff import active_staff
from services.leads.documents import FOLLOWING, Account, HandOver, ResponsibilityEntry, StoredPolicy
from services.leads.documents.hand_over import HandOverState
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing.candidates import SalespersonFacts, top_candidates
from services.leads.domain.routing.routing_policy import CAP_LIMIT

CHUNK = 250  # accounts in one transaction
LIMIT_S = 25.0


def run_hand_over(hand_over_id: str, *, at: datetime) -> None:
    """Move everything, as of `at` (UTC); what was moved stays moved. Raises HandOverNotFound, VersionConflict."""
    while transaction(lambda session: _next_chunk(hand_over_id, at, session), timeout_s=LIMIT_S):
        pass


def run_return(hand_over_id: str, *, at: datetime) -> None:
    """Give back what still belongs to the substitutes; what went elsewhere meanwhile stays there."""
    while transaction(lambda session: _next_return(hand_over_id, at, session), timeout_s=LIMIT_S):
        pass


def _next_chunk(hand_over_id: str, at: datetime, session: ClientSession) -> bool:
    """False when there is nothing more to do."""
    job = HandOver.load(hand_over_id, session=session)
    if job.state != HandOverState.RUNNING:
        return False
    accounts = _accounts({"owner_id": job.from_id, "_id": {"$gt": job.cursor}}, session)
    move = Move(EntryKind.HANDED_OVER, job.requested_by, job.why, at, reference=job.id)
    if not accounts:
        # What belongs to the person on accounts of others, because it came while they changed hands.
        strays = _stray_accounts(job.from_id, session)
        staff = active_staff(at, session, {account.owner_id for account in strays})
        home = {each.id: staff[each.owner_id] for each in strays if each.owner_id in staff}
        job.moved_followers += move_accounts((), home, move, session)
        job.finish(at)
        job.commit(why=job.why, session=session)
        return False
    owners = _owners(job, accounts, at, session)
    moved = [account for account in accounts if account.id in owners]
    followers = move_accounts(moved, owners, move, session)
    received = Counter(owner.id for owner in owners.values())
    job.count_moved(received, followers, len(accounts) - len(moved), accounts[-1].id)
    job.commit(why=job.why, session=session)
    return True


def _next_return(hand_over_id: str, at: datetime, session: ClientSession) -> bool:
    job = HandOver.load(hand_over_id, session=session)
    if job.state != HandOverState.RETURNING:
        return False
    lines = {"reference": job.id, "lead_id": "", "kind": EntryKind.HANDED_OVER.value, "_id": {"$gt": job.cursor}}
    entries = list(ResponsibilityEntry.collection().find(lines, session=session).sort("_id", 1).limit(CHUNK))
    person = active_staff(at, session, (job.from_id,)).get(job.from_id)
    if not entries or person is None:
        job.finish_return(at)
        job.commit(why=job.why, session=session)
        return False
    substitutes = {entry["account_id"]: entry["owner_id"] for entry in entries}
    found = Account.load_many(list(substitutes), session=session)
    back = [account for account in found.values() if account.owner_id == substitutes[account.id]]
    move = Move(EntryKind.RETURNED, job.requested_by, job.why, at, reference=job.id)
    move_accounts(back, dict.fromkeys([account.id for account in back], person), move, session)
    job.cursor = entries[-1]["_id"]
    job.returned_accounts += len(back)
    job.commit(why=job.why, session=session)
    return True


def _accounts(where: Mapping[str, object], session: ClientSession) -> list[Account]:
    rows = Account.collection().find(where, {"outbox": 0}, session=session).sort("_id", 1).limit(CHUNK)
    return [Account._from_son(row) for row in rows]


def _stray_accounts(from_id: str, session: ClientSession) -> list[Account]:
    ids: set[str] = set()
    for following in FOLLOWING:
        where = {"owner_id": from_id, **following.open}
        rows = following.document.collection().find(where, {following.account: 1}, session=session)
        ids.update(row[following.account] for row in rows.limit(CHUNK))
    return [each for each in Account.load_many(list(ids), session=session).values() if each.owner_id != from_id]


def _owners(
    job: HandOver, accounts: Sequence[Account], at: datetime, session: ClientSession
) -> dict[str, SalespersonFacts]:
    """Who gets which account: in equal parts, or by the policy; without an entry when nobody is eligible."""
    if job.to_ids:
        staff = active_staff(at, session, job.to_ids)
        received = Counter(
            {person_id: job.received.get(person_id, 0) for person_id in job.to_ids if person_id in staff}
        )
        return {account.id: staff[_fewest(received)] for account in accounts} if received else {}
    staff = {key: each for key, each in active_staff(at, session).items() if key != job.from_id}
    # Accounts are no leads: the cap does not hold them back, and fairness counts what this hand-over gave.
    policy = replace(StoredPolicy.current(session).policy, untouched_cap=CAP_LIMIT)
    people = {key: replace(each, assigned_this_month=job.received.get(key, 0)) for key, each in staff.items()}
    owners = {}
    for account in accounts:
        best = top_candidates((), account.region, at, tuple(people.values()), policy, account.attributes)
        if best:
            chosen = people[best[0].salesperson_id]
            people[chosen.id] = replace(chosen, assigned_this_month=chosen.assigned_this_month + 1)
            owners[account.id] = staff[chosen.id]
    return owners


def _fewest(received: Counter[str]) -> str:
    person_id = min(received, key=lambda each: (received[each], each))
    received[person_id] += 1
    return person_id
