"""Keep what billing tells of an account, as far as it is a risk."""

from collections.abc import Callable
from datetime import datetime

from services.leads.documents import Account, AccountMoneyRisk


def note_receivable_overdue(account_id: str, instalment: str, *, due_time: datetime, event_id: str) -> None:
    """An instalment ("<contract id>:<number>") that was due at `due_time` (UTC) is overdue."""
    _note(account_id, event_id, lambda copy: copy.note_overdue(instalment, due_time), "receivable overdue")


def note_receivable_settled(account_id: str, instalment: str, *, event_id: str) -> None:
    """An instalment is settled, also when its overdue event arrives later."""
    _note(account_id, event_id, lambda copy: copy.note_settled(instalment), "receivable settled")


def note_account_risk(account_id: str, is_high_risk: bool, *, version: int, at: datetime, event_id: str) -> None:
    """The account enters or leaves the high-risk group at `at` (UTC)."""
    _note(account_id, event_id, lambda copy: copy.note_high_risk(is_high_risk, version, at), "account risk changed")


def note_purchase(account_id: str, amount_minor: int, *, at: datetime, event_id: str) -> None:
    """The account signed for so much, in minor units, at `at` (UTC)."""
    _note(account_id, event_id, lambda copy: copy.note_purchase(amount_minor, at), "contract started")


def _note(account_id: str, event_id: str, change: Callable[[AccountMoneyRisk], None], why: str) -> None:
    """A second delivery changes nothing."""
    copy = AccountMoneyRisk.find(account_id) or AccountMoneyRisk(id=account_id)
    if not copy.take(event_id):
        return
    account = Account.find(account_id)
    if account is not None:
        copy.owner_id, copy.team_id, copy.region = account.owner_id, account.team_id, account.region
    change(copy)
    copy.commit(why=why)
