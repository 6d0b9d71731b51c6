"""Change what is known of an account."""

from collections.abc import Mapping

from services.leads.documents import Account
from services.leads.domain.ownership.words import check_attributes, check_level, within


def update_account(account_id: str, *, attributes: Mapping[str, str] | None, level: str, why: str) -> Account:
    """The account with these attributes in place of all it had (None leaves them), and this level (empty leaves it).

    Raises AccountNotFound, FieldProblem, VersionConflict.
    """
    account = Account.load(account_id)
    if attributes is not None:
        account.attributes = check_attributes(attributes)
    if level and check_level(level) != account.level:
        account.level = level
        account.emit_state()
    account.commit(why=within("why", why))
    return account
