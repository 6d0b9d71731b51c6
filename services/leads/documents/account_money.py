"""Our copy of what an account owes, from the events of billing."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField

_WORST_FIRST = ("red", "yellow", "due")


class AccountMoney(Aggregate):
    """By account id. Each instalment keeps the time of its last event, since events may arrive in any order."""

    meta: ClassVar[dict[str, Any]] = {"collection": "account_money", "audited": False}

    # contract_id, number, outstanding_minor, radar_state ("" when settled), time.
    instalments: list[dict[str, Any]] = PlainField(default=list)
    overdue_minor: int = mongoengine.IntField(default=0)
    # The worst of all: due, yellow, red; empty when nothing is overdue.
    radar_state: str = mongoengine.StringField(default="")
    is_high_risk: bool = mongoengine.BooleanField(default=False)
    risk_version: int = mongoengine.IntField(default=0)

    @classmethod
    def of(cls, account_id: str) -> "AccountMoney":
        """The copy, or a new one of an account that owes nothing."""
        return cls.find(account_id) or cls(id=account_id)

    def put(self, contract_id: str, number: int, outstanding_minor: int, radar_state: str, time: datetime) -> None:
        """Take over the state of an instalment as of `time`; an older one than ours changes nothing."""
        key = (contract_id, number)
        known = next((each for each in self.instalments if (each["contract_id"], each["number"]) == key), None)
        if known is not None and time < known["time"]:
            return
        entry = {
            "contract_id": contract_id,
            "number": number,
            "outstanding_minor": outstanding_minor,
            "radar_state": radar_state,
            "time": time,
        }
        self.instalments = [*(each for each in self.instalments if each is not known), entry]
        self.overdue_minor = sum(each["outstanding_minor"] for each in self.instalments)
        states = {each["radar_state"] for each in self.instalments}
        self.radar_state = next((state for state in _WORST_FIRST if state in states), "")

    def take_risk(self, is_high_risk: bool, version: int) -> None:
        """Take over whether the account is in the high-risk group; an older version changes nothing."""
        if version >= self.risk_version:
            self.is_high_risk, self.risk_version = is_high_risk, version
