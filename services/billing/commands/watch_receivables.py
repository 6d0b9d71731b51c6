"""What time does to receivables: alarms on the contract, and from them the account's risk."""

from datetime import datetime

from services.billing import messages
from services.billing.commands.ledger import debts_of, judge_risk, plan_radar, unpaid_query
from services.billing.config import settings
from services.billing.documents import AccountLedger, Contract
from services.billing.domain.radar import ALARMS, next_alarm


def raise_alarms(contract: Contract, due_time: datetime) -> None:
    """Tell of every instalment whose next alarm is due at `due_time`, and plan the one after; the caller commits."""
    policy = settings().radar_policy
    for row in contract.instalments:
        alarm_time = next_alarm(row.alarms_raised, row.debt, policy)
        if alarm_time is not None and alarm_time <= due_time:
            contract.emit(messages.receivable_overdue(contract, row, ALARMS[row.alarms_raised], alarm_time))
            row.alarms_raised += 1
    plan_radar(contract)


def assess_account_risk(account_id: str, at: datetime) -> AccountLedger:
    """Judge an account from what its contracts owe, as of business time `at`.

    The ledger is read before the contracts: a payment that is booked in between makes the commit conflict.
    """
    ledger = AccountLedger.load(account_id)
    judge_risk(ledger, debts_of(Contract.matching(unpaid_query(account_id))), at)
    ledger.commit()
    return ledger
