"""A leader gives an account to somebody else."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.ownership.moving import Move, move_accounts
from services.leads.commands.ownership.staff import require_active
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Account
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.ownership.words import required


def transfer_account(account_id: str, *, salesperson_id: str, why: str, by: str, at: datetime) -> Account:
    """The account, with everything open on it, belongs to the salesperson. Repeating it changes nothing.

    Raises AccountNotFound, SalespersonNotEligible, FieldProblem.
    """
    reason = required("why", why)

    def work(session: ClientSession) -> Account:
        account = Account.load(account_id, session=session)
        owner = require_active(salesperson_id, at, session)
        if account.owner_id != salesperson_id:
            move_accounts([account], {account_id: owner}, Move(EntryKind.TRANSFERRED, by, reason, at), session)
        return account

    return decide(work)
