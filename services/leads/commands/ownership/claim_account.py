"""A salesperson says that an account is his."""

from datetime import datetime
from enum import StrEnum

from pymongo.client_session import ClientSession

from services.leads.commands.ownership.moving import Move, move_accounts
from services.leads.commands.ownership.staff import active_staff, require_active
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Account, OwnershipConflict
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.ownership.words import EVIDENCE_LENGTH, required


class ClaimOutcome(StrEnum):
    """What became of a claim."""

    OWNED = "owned"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"


def claim_account(account_id: str, *, evidence: str, by: str, at: datetime) -> tuple[ClaimOutcome, str]:
    """What became of the claim of `by`, and the conflict's id.

    Nobody active owns the account: it is his, with everything open on it. Somebody does, or a conflict is open: the
    claim is added to the one open conflict, and those are told who can decide. Claiming again changes nothing.
    Raises AccountNotFound, SalespersonNotEligible, FieldProblem.
    """
    words = required("evidence", evidence, EVIDENCE_LENGTH)

    def work(session: ClientSession) -> tuple[ClaimOutcome, str]:
        account = Account.load(account_id, session=session)
        claimant = require_active(by, at, session)
        if account.owner_id == by:
            return ClaimOutcome.UNCHANGED, ""
        found = OwnershipConflict.collection().find_one({"open_key": account_id}, {"outbox": 0}, session=session)
        if found is None and account.owner_id not in active_staff(at, session, (account.owner_id,)):
            move = Move(EntryKind.CLAIMED, by, words, at)
            move_accounts([account], {account_id: claimant}, move, session)
            return ClaimOutcome.OWNED, ""
        conflict = OwnershipConflict._from_son(found) if found else OwnershipConflict.opened_about(account, at)
        conflict.add_claim(by, words, claimant.supervisor_id, at)
        conflict.commit(why=words, session=session)
        return ClaimOutcome.CONFLICT, conflict.id

    return decide(work)
