"""What billing told about an account, as far as it is a risk."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField

MONTHS_KEPT = 24


class AccountMoneyRisk(Aggregate):
    """Our copy of billing's events, under the account's id: what is overdue, high risk, what it bought by month."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "account_money_risks",
        "indexes": [
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["is_at_risk", "owner_id"], "name": "at_risk"},
            {"fields": ["months", "owner_id"], "name": "months"},
        ],
        # A copy of another service's state.
        "audited": False,
    }

    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    # Overdue instalments by "<contract id>:<number>", each since when.
    overdue: dict[str, datetime] = PlainField(default=dict)
    # Settled ones, so that an overdue event that arrives late finds them settled.
    settled: list[str] = PlainField(default=list)
    is_high_risk: bool = mongoengine.BooleanField(default=False)
    risk_version: int = mongoengine.IntField(default=0)
    high_risk_since: datetime | None = mongoengine.DateTimeField()
    # True while something is overdue or the account is in the high-risk group.
    is_at_risk: bool = mongoengine.BooleanField(default=False)
    # Signed totals in minor units by month of the contract's start ("2026-11", UTC), and those months once more as
    # a list, which an index can find.
    purchases: dict[str, int] = PlainField(default=dict)
    months: list[str] = PlainField(default=list)

    def note_overdue(self, instalment: str, since: datetime) -> None:
        """An instalment is overdue since `since` (UTC), unless it was settled meanwhile."""
        if instalment not in self.settled:
            self.overdue = {**self.overdue, instalment: min(since, self.overdue.get(instalment, since))}
            self._judge()

    def note_settled(self, instalment: str) -> None:
        """An instalment is settled for good."""
        self.overdue = {each: since for each, since in self.overdue.items() if each != instalment}
        self.settled = [*(each for each in self.settled if each != instalment), instalment][-500:]
        self._judge()

    def note_high_risk(self, is_high_risk: bool, version: int, at: datetime) -> None:
        """The account entered or left the high-risk group at `at` (UTC); an older version changes nothing."""
        if version < self.risk_version:
            return
        if is_high_risk != self.is_high_risk:
            self.high_risk_since = at if is_high_risk else None
        self.is_high_risk, self.risk_version = is_high_risk, version
        self._judge()

    def note_purchase(self, amount_minor: int, at: datetime) -> None:
        """The account bought for so much at `at` (UTC)."""
        month = f"{at.year}-{at.month:02d}"
        purchases = {**self.purchases, month: self.purchases.get(month, 0) + amount_minor}
        self.purchases = {each: purchases[each] for each in sorted(purchases)[-MONTHS_KEPT:]}
        self.months = list(self.purchases)

    def _judge(self) -> None:
        self.is_at_risk = bool(self.overdue) or self.is_high_risk
