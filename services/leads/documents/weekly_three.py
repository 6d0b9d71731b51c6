"""The director's three of one week, and who is reminded of it."""

from datetime import date, datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from chassis.ids import derived_id
from services.leads.domain.attention.errors import WeeklyItemNotFound
from services.leads.domain.attention.weekly import Choice

# Kind of deadline.
REMINDER = "weekly_reminder"


class WeeklyThree(Aggregate):
    """What was chosen for one person and one week; it stays the same until the week is over."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "weekly_threes",
        "indexes": [{"fields": ["person_id", "-week"], "name": "person"}],
    }

    person_id: str = mongoengine.StringField(required=True)
    # Its Monday, "2026-11-16".
    week: str = mongoengine.StringField(required=True)
    items: list[dict[str, Any]] = PlainField(default=list)

    @classmethod
    def chosen_for(cls, person_id: str, week: date, choices: list[Choice]) -> "WeeklyThree":
        """A new one; its id is the person's for this week, so that there cannot be two."""
        items = [
            {"kind": each.kind.value, "subject_id": each.subject_id, "title": each.title, "done_by": ""}
            for each in choices
        ]
        return cls(id=weekly_id(person_id, week), person_id=person_id, week=week.isoformat(), items=items)

    @property
    def done_count(self) -> int:
        """How many items are ticked."""
        return sum(bool(item["done_by"]) for item in self.items)

    def contains(self, subject_id: str) -> bool:
        """Whether it is one of the items."""
        return any(item["subject_id"] == subject_id for item in self.items)

    def tick(self, subject_id: str, by: str, at: datetime) -> None:
        """It is done at `at` (UTC); once done it stays as it is. Raises WeeklyItemNotFound."""
        if not self.contains(subject_id):
            raise WeeklyItemNotFound("this week's three do not contain it", subject_id=subject_id)
        self.items = [
            {**item, "done_by": by, "done_time": at}
            if item["subject_id"] == subject_id and not item["done_by"]
            else item
            for item in self.items
        ]


class WeeklyReminder(Aggregate):
    """A director who is reminded at the end of each week, under the person's id."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "weekly_reminders",
        # A copy of who is a director.
        "audited": False,
    }

    person_version: int = mongoengine.IntField(default=0)


def weekly_id(person_id: str, week: date) -> str:
    """The id of a person's three of the week that begins on Monday `week`."""
    return derived_id("weekly_three", person_id, week.isoformat())
