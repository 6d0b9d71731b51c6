"""The written decision about an account that several people claim."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.ownership.moving import Move, move_accounts
from services.leads.commands.ownership.staff import require_active
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Account, OwnershipConflict
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.ownership.words import required


def decide_conflict(conflict_id: str, *, owner_id: str, why: str, by: str, at: datetime) -> OwnershipConflict:
    """Close the conflict: the account, with everything open on it, belongs to `owner_id`, or stays with him.

    The same decision again changes nothing. Raises ConflictNotFound, ConflictAlreadyDecided, SalespersonNotEligible,
    FieldProblem.
    """
    reason = required("why", why)

    def work(session: ClientSession) -> OwnershipConflict:
        conflict = OwnershipConflict.load(conflict_id, session=session)
        if not conflict.decide(owner_id, by, reason, at):
            return conflict
        account = Account.load(conflict.account_id, session=session)
        owner = require_active(owner_id, at, session)
        move = Move(EntryKind.CONFLICT_DECIDED, by, reason, at, reference=conflict_id)
        # Also when it stays where it was: that is a decision, and the log tells it.
        move_accounts([account], {account.id: owner}, move, session, others=[conflict])
        return conflict

    return decide(work)
