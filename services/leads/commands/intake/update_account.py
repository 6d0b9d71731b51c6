"""Change what is known of an account."""

from collections.abc import Collection, Mapping

from chassis.documents import DuplicateValue
from services.leads.commands.intake.versions import require_version
from services.leads.documents import Account
from services.leads.documents.match_keys import name_key
from services.leads.domain.intake.account_changes import checked_account_name, checked_attributes, checked_level
from services.leads.domain.intake.errors import AccountIsMerged, AccountNameTaken, LevelNeedsSupervisor


def update_account(
    account_id: str,
    *,
    name: str,
    level: str,
    attributes: Mapping[str, str],
    paths: Collection[str],
    expected_version: int,
    may_change_level: bool,
) -> Account:
    """The account with the fields in `paths` changed; attributes are replaced as a whole.

    Under a new name it is still recognised by the one before. Raises AccountNotFound, AccountIsMerged,
    ChangedMeanwhile, AccountNameTaken, LevelNeedsSupervisor, FieldProblem.
    """
    account = Account.load(account_id)
    require_version(account, expected_version)
    if account.merged_into:
        raise AccountIsMerged("the account is part of another one by now", account_id=account_id)
    before = (account.name, account.level)
    if "name" in paths:
        account.name = checked_account_name(name)
        key = name_key(account.name)
        account.keys = account.keys if key in account.keys else [*account.keys, key]
    if "level" in paths and checked_level(level) != account.level:
        if not may_change_level:
            raise LevelNeedsSupervisor("the level decides on prices: ask a supervisor to change it")
        account.level = level
    if "attributes" in paths:
        account.attributes = checked_attributes(attributes)
    if (account.name, account.level) != before:
        account.emit_state()
    try:
        account.commit()
    except DuplicateValue:
        raise AccountNameTaken("another account has this name; it may be the same company") from None
    return account
