"""Keep our copy of what accounts owe."""

from datetime import datetime

from services.leads.documents import AccountMoney


def copy_receivable(
    account_id: str, contract_id: str, number: int, *, outstanding_minor: int, radar_state: str, time: datetime
) -> None:
    """Take over the state of one instalment as of `time` (UTC).

    `radar_state` is due, yellow, red, or empty when it is settled.
    """
    money = AccountMoney.of(account_id)
    money.put(contract_id, number, outstanding_minor, radar_state, time)
    money.commit()


def copy_account_risk(account_id: str, *, is_high_risk: bool, version: int) -> None:
    """Take over whether the account is in the high-risk group."""
    money = AccountMoney.of(account_id)
    money.take_risk(is_high_risk, version)
    money.commit()
