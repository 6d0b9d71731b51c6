"""Make a merged account an account of its own again."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.announcements import intake as announcements
from services.leads.commands.intake.merge_accounts import log_new_owner, side
from services.leads.commands.intake.moving import Move, meet_routing
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Account, AccountMerge, Salesperson
from services.leads.documents.account_merge import MergeState
from services.leads.domain.intake.merging import checked_why, owner_after_undo, require_undoable


def undo_merge(merge_id: str, *, why: str, by: str, at: datetime) -> tuple[AccountMerge, Account]:
    """The merge and the loser, which is again what it was. Repeating it changes nothing.

    The loser gets back its names and phones, its owner (unless that person sells no longer: then the winner's), and
    what the merge moved, with all that happened to it since. What came in after the merge stays with the winner, and so
    does a phone or name that the winner learned since. Raises MergeNotFound, MergeNotLast, FieldProblem.
    """
    reason = checked_why(why)

    def work(session: ClientSession) -> tuple[AccountMerge, Account]:
        merge = AccountMerge.load(merge_id, session=session)
        winner = Account.load(merge.winner_id, session=session)
        loser = Account.load(merge.loser_id, session=session)
        if merge.state == MergeState.UNDONE:
            return merge, loser
        require_undoable(side(winner))
        owner_meanwhile = loser.owner_id
        winner.keys = [key for key in winner.keys if key not in merge.loser_keys]
        loser.keys = list(merge.loser_keys)
        loser.merged_into = None
        loser.owner_id, loser.team_id = _owner_again(merge, winner, session)
        merge.state = MergeState.UNDONE
        merge.undone_by, merge.undo_time, merge.undo_why = by, at, reason
        move = Move(f"merge into {winner.id} undone", session)
        move.back_to_loser(merge, loser, winner)
        move.let_follow(loser)
        meet_routing({winner.owner_id, loser.owner_id}, session)
        winner.emit_state()
        loser.emit_state()
        merge.emit(announcements.account_merge_undone(merge, winner, loser))
        # The winner first: a key belongs to one account at any moment.
        winner.commit(reason, session)
        loser.commit(reason, session)
        merge.commit(reason, session)
        move.write()
        log_new_owner(loser, owner_meanwhile, by, reason or "merge undone", at, session)
        return merge, loser

    return decide(work)


def _owner_again(merge: AccountMerge, winner: Account, session: ClientSession) -> tuple[str, str]:
    """Owner and team of the loser from now on."""
    previous = Salesperson.find(merge.previous_owner_id, session=session)
    owner_id = owner_after_undo(
        merge.previous_owner_id,
        merge.owner_id,
        winner.owner_id,
        is_previous_active=previous is not None and previous.active,
    )
    if owner_id == winner.owner_id:
        return winner.owner_id, winner.team_id
    return owner_id, previous.team_id if previous else merge.previous_team_id
