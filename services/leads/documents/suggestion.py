"""A suggestion as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import attention as announcements
from services.leads.domain.attention.errors import SuggestionNotFound
from services.leads.domain.attention.suggestion import SuggestionState

ANSWERS_KEPT = 50


class Suggestion(Aggregate):
    """An idea under its author's name, with who likes it and what the leaders answered."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "suggestions",
        "indexes": [
            {"fields": ["-like_count", "-_id"], "name": "likes"},
            {"fields": ["state", "-_id"], "name": "state"},
            {"fields": ["state", "-like_count", "-_id"], "name": "state_likes"},
        ],
    }
    not_found = SuggestionNotFound

    author_id: str = mongoengine.StringField(required=True)
    title: str = mongoengine.StringField(required=True)
    text: str = mongoengine.StringField(default="")
    state: str = mongoengine.StringField(default=SuggestionState.OPEN)
    liked_by: list[str] = PlainField(default=list)
    like_count: int = mongoengine.IntField(default=0)
    # Oldest first.
    answers: list[dict[str, Any]] = PlainField(default=list)
    create_time: datetime = mongoengine.DateTimeField(required=True)

    def like(self, by: str) -> None:
        """Count this person once."""
        if by not in self.liked_by:
            self._set_likes([*self.liked_by, by])

    def unlike(self, by: str) -> None:
        """Count this person no more."""
        if by in self.liked_by:
            self._set_likes([each for each in self.liked_by if each != by])

    def answer(self, text: str, state: SuggestionState, by: str, at: datetime) -> None:
        """Add an answer and tell the author; the same answer again changes nothing."""
        given = {"answered_by": by, "text": text, "state": state.value}
        if self.answers and given.items() <= self.answers[-1].items():
            return
        self.answers = [*self.answers, {**given, "answer_time": at}][-ANSWERS_KEPT:]
        self.state = state
        self.emit(announcements.suggestion_answered(self, text, by))

    def _set_likes(self, people: list[str]) -> None:
        self.liked_by, self.like_count = people, len(people)
