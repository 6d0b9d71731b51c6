"""A robot's places within a minute, kept in its channel's document and counted by the database's own clock, so that any
number of workers share them and none of their clocks matters.

A place is taken before the message leaves, for the longest time that sending may last, and set to the true window when
the answer is there: between two messages that are 20 apart there is always a whole window, whatever the network does.
"""

from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument

from chassis.ids import new_id
from services.notify.documents import Channel
from services.notify.domain.pace import LIMIT, MARGIN_S, WINDOW_S
from services.notify.sending.ways import TIMEOUT_S

_TAKEN = "pace.taken"
_WINDOW_MS = int((WINDOW_S + MARGIN_S) * 1000)
_UNDERWAY_MS = _WINDOW_MS + int(3 * TIMEOUT_S * 1000)  # connecting, writing and reading may each last that long


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a channel; `free` counts those that were left before it was taken, this one included."""

    channel_id: str
    id: str
    free: int


def take(channel_id: str, limit: int = LIMIT) -> Place | None:
    """A place, or None while `limit` places are taken."""
    place_id = new_id()
    still_taken = {"$filter": {"input": {"$ifNull": [f"${_TAKEN}", []]}, "cond": {"$gt": ["$$this.until", "$$NOW"]}}}
    mine = [{"id": place_id, "until": {"$add": ["$$NOW", _UNDERWAY_MS]}}]
    is_free = {"$lt": [{"$size": f"${_TAKEN}"}, limit]}
    steps: list[dict[str, Any]] = [
        {"$set": {_TAKEN: still_taken}},
        {"$set": {_TAKEN: {"$cond": [is_free, {"$concatArrays": [f"${_TAKEN}", mine]}, f"${_TAKEN}"]}}},
    ]
    found = Channel.collection().find_one_and_update(
        {"_id": channel_id}, steps, projection={_TAKEN: 1}, return_document=ReturnDocument.AFTER
    )
    taken = [each["id"] for each in found["pace"]["taken"]] if found else []
    return Place(channel_id, place_id, limit - len(taken) + 1) if place_id in taken else None


def settle(place: Place) -> None:
    """The answer is there: the window runs from now."""
    until = {"$cond": [{"$eq": ["$$this.id", place.id]}, {"$add": ["$$NOW", _WINDOW_MS]}, "$$this.until"]}
    settled = {"$map": {"input": f"${_TAKEN}", "in": {"id": "$$this.id", "until": until}}}
    Channel.collection().update_one({"_id": place.channel_id, f"{_TAKEN}.id": place.id}, [{"$set": {_TAKEN: settled}}])


def give_back(place: Place) -> None:
    """Nothing was sent."""
    Channel.collection().update_one({"_id": place.channel_id}, {"$pull": {_TAKEN: {"id": place.id}}})
