"""Make two accounts one."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.announcements import intake as announcements
from services.leads.commands.intake.moving import Move, meet_routing
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Account, AccountMerge, ResponsibilityEntry
from services.leads.documents.account_merge import MergeState
from services.leads.domain.intake.merging import Side, checked_why, require_mergeable


def merge_accounts(winner_id: str, loser_id: str, *, why: str, by: str, at: datetime) -> tuple[AccountMerge, Account]:
    """The merge and the winner; `by` may decide about both. Repeating it changes nothing.

    The winner keeps its name, level and attributes and is from now on recognised by the loser's names and phones too;
    what comes in goes to it. All that points at the loser moves; its open work gets the winner's owner. The loser stays
    as a record without keys. Raises AccountNotFound, AccountIsMerged, MergeNeedsReason, MergeTooLarge, FieldProblem.
    """
    reason = checked_why(why)

    def work(session: ClientSession) -> tuple[AccountMerge, Account]:
        winner, loser = Account.load(winner_id, session=session), Account.load(loser_id, session=session)
        if loser.merged_into == winner.id:
            return _standing_merge(winner, loser, session), winner
        require_mergeable(side(winner), side(loser), reason)
        merge = AccountMerge(
            winner_id=winner.id,
            loser_id=loser.id,
            owner_id=winner.owner_id,
            previous_owner_id=loser.owner_id,
            previous_team_id=loser.team_id,
            region=winner.region,
            loser_region=loser.region,
            loser_keys=list(loser.keys),
            why=reason,
            merged_by=by,
            merge_time=at,
        )
        move = Move(f"merged into {winner.id}", session)
        merge.moved = move.to_winner(loser, winner)
        meet_routing({winner.owner_id, loser.owner_id}, session)
        winner.keys = [*winner.keys, *loser.keys]
        loser.keys = [f"merged:{loser.id}"]
        loser.merged_into = winner.id
        loser.owner_id, loser.team_id = winner.owner_id, winner.team_id
        move.let_follow(loser)
        loser.emit_state()
        winner.emit_state()
        merge.emit(announcements.account_merged(merge, winner, loser))
        # The loser first: a key belongs to one account at any moment.
        loser.commit(reason, session)
        winner.commit(reason, session)
        merge.commit(reason, session)
        move.write()
        log_new_owner(loser, merge.previous_owner_id, by, reason or "merged", at, session)
        return merge, winner

    return decide(work)


def side(account: Account) -> Side:
    """The account as the rules of merging see it."""
    return Side(account.id, account.owner_id, account.merged_into or "")


def log_new_owner(
    account: Account, previous_owner_id: str, by: str, why: str, at: datetime, session: ClientSession
) -> None:
    """A line in the responsibility log when the owner of `account` is another one."""
    if account.owner_id != previous_owner_id:
        ResponsibilityEntry(
            account_id=account.id,
            lead_id="",
            owner_id=account.owner_id,
            previous_owner_id=previous_owner_id,
            since=at,
            decided_by=by,
            why=why,
        ).commit(session=session)


def _standing_merge(winner: Account, loser: Account, session: ClientSession) -> AccountMerge:
    where = {"loser_id": loser.id, "winner_id": winner.id, "state": MergeState.MERGED}
    found = AccountMerge.collection().find_one(where, {"outbox": 0}, session=session)
    if found is None:
        raise AccountMerge.not_found("the accounts are one, but nobody knows since when", account_id=loser.id)
    return AccountMerge._from_son(found)
