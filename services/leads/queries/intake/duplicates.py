"""Accounts that may be the same company, and merges, within the rows that the caller may see."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Account, AccountMerge, DuplicateDismissal, Lead
from services.leads.domain.intake.errors import MergeNotFound
from services.leads.queries.newest_first import Row
from services.leads.queries.visible_rows import owned_rows, visible_leads

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
_BATCH, _BATCHES = 200, 5  # accounts that one call looks at; the page token goes on behind them
_OTHERS = 10  # shown for one account


@dataclass(frozen=True)
class FoundDuplicate:
    """An account and what may be the same company. `reasons`: "phone", "name".

    `other` is None for hints: that there is one out of the caller's reach, or that leads wait which will join it.
    """

    account: Row
    other: Row | None = None
    reasons: tuple[str, ...] = ()
    needs_supervisor: bool = False
    waiting_lead_ids: tuple[str, ...] = ()


@dataclass
class _Evidence:
    """Which keys the accounts of a batch have, and who else has them."""

    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    holders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    waiting: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def list_duplicates(by: Principal, scope: Scope, page: Page) -> tuple[Sequence[FoundDuplicate], str]:
    """Duplicates of the caller's accounts, newest accounts first, and the next page's token.

    One call looks at up to 1,000 accounts, so that a page may be short and yet not the last.
    """
    after = page.after[0] if page.after is not None else None
    found: list[FoundDuplicate] = []
    for _ in range(_BATCHES):
        where: list[dict[str, Any]] = [owned_rows(by, scope), {"merged_into": None}]
        if after is not None:
            where.append({"_id": {"$lt": after}})
        batch = list(Account.collection().find({"$and": where}, _LEFT_OUT).sort("_id", -1).limit(_BATCH))
        for account_id, duplicates in _grouped(batch, by, scope):
            found += duplicates
            if len(found) >= page.size:
                return found, page.token((account_id,))
        if len(batch) < _BATCH:
            return found, ""
        after = batch[-1]["_id"]
    return found, page.token((str(after),))


def _grouped(batch: Sequence[Row], by: Principal, scope: Scope) -> Iterator[tuple[str, list[FoundDuplicate]]]:
    """Each account of the batch with its duplicates; a pair that the caller sees whole comes once."""
    evidence = _gathered(batch, by, scope)
    others = {account["_id"]: _others(account["_id"], evidence) for account in batch}
    every = {other for found in others.values() for other in found}
    alive = {row["_id"] for row in Account.collection().find({"_id": {"$in": list(every)}, "merged_into": None}, {})}
    within = {"$and": [{"_id": {"$in": list(alive)}}, owned_rows(by, scope)]}
    seen = {row["_id"]: row for row in Account.collection().find(within, _LEFT_OUT)}
    dismissed = _dismissed(others)
    for account in batch:
        own = account["_id"]
        open_ones = [each for each in sorted(others[own]) if each in alive and frozenset((own, each)) not in dismissed]
        duplicates = [
            FoundDuplicate(account, seen[other], tuple(sorted(others[own][other])))
            for other in open_ones
            if other in seen and other < own
        ][:_OTHERS]
        if any(other not in seen for other in open_ones):
            duplicates.append(FoundDuplicate(account, needs_supervisor=True))
        if waiting := [lead_id for key in sorted(evidence.keys[own]) for lead_id in evidence.waiting[key]]:
            duplicates.append(FoundDuplicate(account, waiting_lead_ids=tuple(dict.fromkeys(waiting))[:_OTHERS]))
        yield own, duplicates


def _gathered(batch: Sequence[Row], by: Principal, scope: Scope) -> _Evidence:
    evidence = _Evidence()
    ids = [account["_id"] for account in batch]
    for account in batch:
        evidence.keys[account["_id"]].update(account["keys"])
    own_leads: list[dict[str, Any]] = [
        {"$match": {"account_id": {"$in": ids}}},
        {"$unwind": "$match_keys"},
        {"$group": {"_id": {"account": "$account_id", "key": "$match_keys"}}},
    ]
    for group in Lead.collection().aggregate(own_leads):
        evidence.keys[group["_id"]["account"]].add(group["_id"]["key"])
    keys = list({key for found in evidence.keys.values() for key in found})
    for account in Account.collection().find({"keys": {"$in": keys}}, {"keys": 1}):
        for key in account["keys"]:
            evidence.holders[key].add(account["_id"])
    others_leads: list[dict[str, Any]] = [
        {"$match": {"match_keys": {"$in": keys}, "account_id": {"$ne": ""}}},
        {"$unwind": "$match_keys"},
        {"$match": {"match_keys": {"$in": keys}}},
        {"$group": {"_id": {"account": "$account_id", "key": "$match_keys"}}},
    ]
    for group in Lead.collection().aggregate(others_leads):
        evidence.holders[group["_id"]["key"]].add(group["_id"]["account"])
    waiting = {"$and": [{"match_keys": {"$in": keys}, "account_id": "", "owner_id": ""}, visible_leads(by, scope)]}
    for lead in Lead.collection().find(waiting, {"match_keys": 1}).limit(_BATCH * _OTHERS):
        for key in lead["match_keys"]:
            evidence.waiting[key].append(lead["_id"])
    return evidence


def _others(account_id: str, evidence: _Evidence) -> dict[str, set[str]]:
    """Account -> what it shares with this one: "phone", "name"."""
    found: dict[str, set[str]] = defaultdict(set)
    for key in evidence.keys[account_id]:
        for other in evidence.holders[key] - {account_id}:
            found[other].add(key.partition(":")[0])
    return found


def _dismissed(others: Mapping[str, Mapping[str, Any]]) -> set[frozenset[str]]:
    pairs = {
        DuplicateDismissal.id_of(account_id, other): frozenset((account_id, other))
        for account_id, found in others.items()
        for other in found
    }
    kept = DuplicateDismissal.collection().find({"_id": {"$in": list(pairs)}}, {})
    return {pairs[row["_id"]] for row in kept}


def list_account_merges(by: Principal, scope: Scope, page: Page, *, account_id: str) -> tuple[Sequence[Row], str]:
    """One page of merges, newest first, and the next page's token; an empty account means all."""
    where: list[dict[str, Any]] = [_visible_merges(by, scope)]
    if account_id:
        where.append({"$or": [{"winner_id": account_id}, {"loser_id": account_id}]})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(AccountMerge.collection().find({"$and": where}, _LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def require_merge_in_reach(merge_id: str, by: Principal, scope: Scope) -> None:
    """Raises MergeNotFound for a merge that the caller may not see: one that took from or gave to others."""
    if not AccountMerge.collection().find_one({"$and": [{"_id": merge_id}, _visible_merges(by, scope)]}, {"_id": 1}):
        raise MergeNotFound(f"there is no merge {merge_id}", merge_id=merge_id)


def _visible_merges(by: Principal, scope: Scope) -> dict[str, Any]:
    """Those of which both sides were in the caller's reach when they became one."""
    own = owned_rows(by, scope)
    names = {"owner_id": "previous_owner_id", "region": "loser_region"}
    return {"$and": [own, {names.get(name, name): value for name, value in own.items()}]}
