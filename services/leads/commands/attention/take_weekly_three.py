"""The director's three of the current week: chosen once, then ticked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.commands.attention.suggest import like_suggestion
from services.leads.documents import Lead, Suggestion, Voice, WeeklyThree
from services.leads.documents.weekly_three import weekly_id
from services.leads.domain.attention.suggestion import SuggestionState
from services.leads.domain.attention.voice import VoiceState
from services.leads.domain.attention.weekly import (
    LEADS,
    PROBLEMS,
    SUGGESTIONS,
    WITHOUT_QUOTE,
    Choice,
    ItemKind,
    choose,
    week_of,
)
from services.leads.queries.visible_rows import owned_rows


def weekly_three_of(by: Principal, scope: Scope, at: datetime) -> WeeklyThree:
    """The three of the week of `at` (UTC), chosen when they are asked for first.

    Problems: complaints before others, the oldest first. Lead: valid and without a quote for the longest time.
    Suggestions: open ones of others that this person has not liked, the most liked first, then the newest.
    """
    week = week_of(at)
    found = WeeklyThree.find(weekly_id(by.subject, week))
    if found is None:
        choices = [*_problems(by, scope), *_leads(by, scope, at), *_suggestions(by.subject)]
        found = WeeklyThree.chosen_for(by.subject, week, choose(choices))
        found.commit(why="chosen for the week")
    return found


def tick_weekly_item(subject_id: str, by: Principal, scope: Scope, at: datetime) -> WeeklyThree:
    """An item of the current week is done at `at` (UTC); a suggestion is liked by that. Repeating changes nothing.

    Raises WeeklyItemNotFound.
    """
    weekly = weekly_three_of(by, scope, at)
    item = next((each for each in weekly.items if each["subject_id"] == subject_id), None)
    if item is not None and item["kind"] == ItemKind.SUGGESTION:
        like_suggestion(subject_id, likes=True, by=by.subject, at=at)
        return WeeklyThree.load(weekly.id)
    weekly.tick(subject_id, by.subject, at)
    weekly.commit(why="done")
    return weekly


def _problems(by: Principal, scope: Scope) -> Iterator[Choice]:
    for place, is_negative in enumerate((True, False)):
        where = {"$and": [{"state": VoiceState.OPEN.value, "is_negative": is_negative}, owned_rows(by, scope)]}
        for row in Voice.collection().find(where).sort("voice_time", 1).limit(PROBLEMS):
            yield Choice(ItemKind.PROBLEM, row["_id"], row["sentence"], (place, row["voice_time"]))


def _leads(by: Principal, scope: Scope, at: datetime) -> Iterator[Choice]:
    waiting: dict[str, Any] = {
        "first_quote_time": None,
        "qualify_time": {"$lte": at - WITHOUT_QUOTE},
        "state": {"$ne": "closed"},
    }
    found = Lead.collection().find({"$and": [waiting, owned_rows(by, scope)]}).sort("qualify_time", 1).limit(LEADS)
    for row in found:
        yield Choice(ItemKind.LEAD, row["_id"], row["company"], (row["qualify_time"],))


def _suggestions(person_id: str) -> Iterator[Choice]:
    where = {
        "state": SuggestionState.OPEN.value,
        "author_id": {"$ne": person_id},
        "liked_by": {"$ne": person_id},
    }
    found = Suggestion.collection().find(where).sort([("like_count", -1), ("_id", -1)]).limit(SUGGESTIONS)
    for place, row in enumerate(found):
        yield Choice(ItemKind.SUGGESTION, row["_id"], row["title"], (place,))
