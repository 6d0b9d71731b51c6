"""The radar: what is owed, how late it is, and the ageing buckets."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.clocks import clock
from chassis.pages import Page, Position
from services.billing.config import settings
from services.billing.documents import Contract, InstalmentRow
from services.billing.domain.radar import Bucket, RadarState, ageing, days_overdue, radar_state
from services.billing.queries.pages import milliseconds, require_position
from services.billing.queries.scopes import scope_query

_UNKNOWN_DUE_TIME_MS = 2**53


@dataclass(frozen=True)
class RadarEntry:
    """One receivable at one moment."""

    contract: Contract
    row: InstalmentRow
    state: RadarState
    days_overdue: int

    @property
    def position(self) -> Position:
        """Longest overdue first; what has no due time yet last."""
        due_time = self.row.due_time
        due_ms = _UNKNOWN_DUE_TIME_MS if due_time is None else milliseconds(due_time)
        return due_ms, self.contract.id, self.row.number


@dataclass(frozen=True)
class Radar:
    """A page of receivables, and the buckets of everything visible by currency (the company's own comes first)."""

    entries: Sequence[RadarEntry]
    next_page_token: str
    buckets: dict[str, list[Bucket]]
    at: datetime


def get_radar(page: Page, *, account_id: str = "", state: RadarState | None = None) -> Radar:
    """The receivables that the caller may see, as of now (business time).

    `state` chooses receivables; the buckets always cover all visible ones (of the account, when one is named).
    """
    at = clock.now()
    query = {**scope_query(), "is_paid": False, **({"account_id": account_id} if account_id else {})}
    contracts = Contract.matching(query)
    entries = [_entry(contract, row, at) for contract in contracts for row in contract.open_instalments]
    chosen = sorted((each for each in entries if state in (None, each.state)), key=lambda each: each.position)
    after = require_position(page.after, int, str, int)
    rest = [each for each in chosen if after is None or each.position > after]
    shown, token = page.cut(rest[: page.size + 1], lambda each: each.position)
    return Radar(shown, token, _buckets(entries, at), at)


def _entry(contract: Contract, row: InstalmentRow, at: datetime) -> RadarEntry:
    state = radar_state(row.debt, at, settings().radar_policy)
    return RadarEntry(contract, row, state, days_overdue(row.debt, at))


def _buckets(entries: Sequence[RadarEntry], at: datetime) -> dict[str, list[Bucket]]:
    debts = defaultdict(list)
    for each in entries:
        debts[each.contract.currency_code].append(each.row.debt)
    own = settings().default_currency
    return {currency: ageing(debts[currency], at) for currency in (own, *sorted(debts.keys() - {own}))}
