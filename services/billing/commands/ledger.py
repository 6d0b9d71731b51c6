"""What several commands do to an account's ledger and a contract's receivables."""

from collections.abc import Iterable
from datetime import datetime

from services.billing.config import settings
from services.billing.documents import AccountLedger, Contract
from services.billing.domain.radar import Debt, is_high_risk, next_alarm

RADAR = "radar"


def plan_radar(contract: Contract) -> None:
    """Have the worker look at the contract when its next alarm is due; never, when there is none left."""
    policy = settings().radar_policy
    alarms = (next_alarm(row.alarms_raised, row.debt, policy) for row in contract.instalments)
    known = [moment for moment in alarms if moment is not None]
    if known:
        contract.schedule(RADAR, min(known))
    else:
        contract.cancel(RADAR)


def judge_risk(ledger: AccountLedger, debts: Iterable[Debt], at: datetime) -> None:
    """Put the account into the high-risk group or take it out; always a write, so that two judgements conflict."""
    ledger.turn += 1
    risky = is_high_risk(debts, at, settings().radar_policy)
    if risky != ledger.is_high_risk:
        ledger.is_high_risk = risky
        ledger.risk_version += 1
        ledger.emit_state()


def unpaid_query(account_id: str) -> dict[str, object]:
    """MongoDB query for the account's contracts that still owe something."""
    return {"account_id": account_id, "is_paid": False}


def debts_of(contracts: Iterable[Contract]) -> list[Debt]:
    """What the contracts owe, instalment by instalment."""
    return [row.debt for contract in contracts for row in contract.instalments]
