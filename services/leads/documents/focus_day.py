"""What a salesperson should act on, on one day, as it is stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from chassis.ids import derived_id
from services.leads.domain.visits.errors import NotInFocus
from services.leads.domain.visits.focus import FocusChoice


class FocusDay(Aggregate):
    """One person and day (Asia/Shanghai). Kept from the first look on, so that it stays the same over the day."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "focus_days",
        "indexes": [{"fields": ["owner_id", "day"], "name": "owner"}],
    }

    # The salesperson; named as in everything that has row scopes.
    owner_id: str = mongoengine.StringField(required=True)
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    day: str = mongoengine.StringField(required=True)
    items: list[dict[str, Any]] = PlainField(default=list)
    compute_time: datetime = mongoengine.DateTimeField(required=True)

    @staticmethod
    def id_of(salesperson_id: str, day: str) -> str:
        """One document for each person and day."""
        return derived_id("focus_day", salesperson_id, day)

    def take_over(self, choices: Sequence[FocusChoice], at: datetime) -> None:
        """Replace the choice; what is done stays, marked as done, and takes one of the places."""
        done = [item for item in self.items if item["is_done"]]
        kept = {item["account_id"] for item in done}
        new = [_stored(choice) for choice in choices if choice.account_id not in kept]
        # The size of the focus; a finished item is not replaced by more work.
        size = max(len(done), len(choices))
        self.items = [*done, *new][:size]
        self.compute_time = at

    def complete(self, account_id: str) -> None:
        """The salesperson acted on this account; repeating changes nothing. Raises NotInFocus."""
        if account_id not in {item["account_id"] for item in self.items}:
            raise NotInFocus("the account is not in the focus of the day", account_id=account_id)
        self.items = [{**item, "is_done": item["is_done"] or item["account_id"] == account_id} for item in self.items]


def _stored(choice: FocusChoice) -> dict[str, Any]:
    return {
        "account_id": choice.account_id,
        "company": choice.company,
        "score_milli": choice.score_milli,
        "parts": [
            {"name": part.name, "score_milli": part.score_milli, "reasons": dict(part.reasons)} for part in choice.parts
        ],
        "is_done": False,
    }
