"""An account's name and owner, copied from leads."""

from dataclasses import dataclass
from typing import Any

from services.billing.documents import AccountLedger, Contract, Invoice, Owned, Payment, SuccessTask

_OF_ACCOUNTS: tuple[type[Owned], ...] = (Contract, Invoice, Payment, SuccessTask)


@dataclass(frozen=True)
class AccountState:
    """The account's state at one of its versions."""

    account_id: str
    name: str
    owner_id: str
    team_id: str
    region: str
    version: int


def copy_account(state: AccountState) -> None:
    """Keep the newest state, and hand all that belongs to the account over to its owner. Older news changes nothing.

    The ledger comes first: from then on new contracts take the new owner. A repetition completes what broke off.
    """
    ledger = AccountLedger.find(state.account_id) or AccountLedger(id=state.account_id)
    if ledger.source_version > state.version:
        return
    ledger.name = state.name
    ledger.owner_id = state.owner_id
    ledger.team_id = state.team_id
    ledger.region = state.region
    ledger.source_version = state.version
    ledger.commit()
    if not ledger.turn:
        return  # no contract and no payment passed through it yet, as with most accounts that are new from leads
    current = {
        "account_name": state.name,
        "owner_id": state.owner_id,
        "team_id": state.team_id,
        "region": state.region,
    }
    for cls in _OF_ACCOUNTS:
        _hand_over(cls, state.account_id, current)


def _hand_over(cls: type[Owned], account_id: str, current: dict[str, Any]) -> None:
    outdated = {"account_id": account_id, "$or": [{name: {"$ne": value}} for name, value in current.items()]}
    for document in cls.matching(outdated):
        for name, value in current.items():
            setattr(document, name, value)
        document.commit(why="the account changed")
