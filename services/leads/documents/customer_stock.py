"""What a customer has of a product, as it is stored."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from chassis.ids import derived_id
from services.leads.announcements import visits as announcements
from services.leads.domain.visits import reorder
from services.leads.domain.visits.planned_action import ZONE

# The kind of the deadline on the day on which the customer usually buys again.
USUAL_PURCHASE = "usual_purchase"
_REMINDER_TIME = time(9)


class CustomerStock(Aggregate):
    """One SKU at one account. `reminders` holds by cause whether it is on, and how often it was."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "customer_stock",
        "indexes": [
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["owner_id", "is_below", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
        ],
    }

    account_id: str = mongoengine.StringField(required=True)
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    sku: str = mongoengine.StringField(required=True)
    on_hand: int = mongoengine.IntField(default=0)
    safety_level: int = mongoengine.IntField(default=0)
    balance_minor: int = mongoengine.IntField(default=0)
    is_below: bool = mongoengine.BooleanField(default=False)
    # Days as text, oldest first.
    purchase_dates: list[str] = PlainField(default=list)
    reminders: dict[str, dict[str, Any]] = PlainField(default=dict)
    update_time: datetime = mongoengine.DateTimeField(required=True)

    @staticmethod
    def id_of(account_id: str, sku: str) -> str:
        """One document for each account and SKU."""
        return derived_id("customer_stock", account_id, sku)

    def purchases(self) -> tuple[date, ...]:
        """The known purchases, oldest first."""
        return tuple(map(date.fromisoformat, self.purchase_dates))

    def is_reminding(self, cause: reorder.Cause) -> bool:
        """True while a reminder of this cause is on."""
        return bool(self.reminders.get(cause, {}).get("is_on"))

    def take_over(
        self, on_hand: int, safety_level: int | None, purchase: date | None, balance_minor: int | None, at: datetime
    ) -> bool:
        """Take what a file says as of `at` (UTC), and remind or settle accordingly. False when it says nothing new.

        None leaves what is known.
        """
        purchases = reorder.with_purchase(self.purchases(), purchase)
        known = (self.on_hand, self.safety_level, self.balance_minor, self.purchases())
        level = self.safety_level if safety_level is None else safety_level
        told = (on_hand, level, self.balance_minor if balance_minor is None else balance_minor, purchases)
        if not self.is_new and told == known:
            return False
        has_bought = purchases != self.purchases()
        self.on_hand, self.safety_level, self.balance_minor, _ = told
        self.purchase_dates = [day.isoformat() for day in purchases]
        self.update_time = at
        self.is_below = reorder.is_below(on_hand, level)
        if self.is_below:
            self._remind(reorder.BELOW, reorder.below_words(self.sku, on_hand, level))
        else:
            self._settle(reorder.BELOW)
        if has_bought:
            self._settle(reorder.INTERVAL)
            self._expect_next_purchase(at)
        return True

    def remind_of_habit(self) -> None:
        """The usual time since the last purchase is over."""
        purchases = self.purchases()
        days = reorder.usual_interval_days(purchases)
        self._remind(reorder.INTERVAL, reorder.interval_words(self.sku, purchases[-1], days))

    def _expect_next_purchase(self, at: datetime) -> None:
        self.cancel(USUAL_PURCHASE)
        day = reorder.usual_next_purchase(self.purchases())
        if day is not None:
            # A habit that is over already when the file comes in is told at once.
            due = datetime.combine(day, _REMINDER_TIME, ZONE).astimezone(UTC)
            self.schedule(USUAL_PURCHASE, max(due, at))

    def _remind(self, cause: reorder.Cause, reasons: Mapping[str, str]) -> None:
        if not self.is_reminding(cause):
            occurrence = int(self.reminders.get(cause, {}).get("occurrence", 0)) + 1
            self.reminders = {**self.reminders, cause: {"is_on": True, "occurrence": occurrence}}
            self.emit(announcements.reorder_due(self, cause, occurrence, reasons))

    def _settle(self, cause: reorder.Cause) -> None:
        if self.is_reminding(cause):
            occurrence = int(self.reminders[cause]["occurrence"])
            self.reminders = {**self.reminders, cause: {"is_on": False, "occurrence": occurrence}}
            self.emit(announcements.reorder_settled(self, cause, occurrence))
