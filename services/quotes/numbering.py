"""Numbers of quotes: Q-<year>-<six digits>, each given once."""

from datetime import datetime, tzinfo
from typing import Any

from pymongo import ReturnDocument

from chassis import database


def next_number(at: datetime, zone: tzinfo) -> str:
    """The next number of the year that `at` falls in, in the company's time zone.

    One atomic increment, so any number of processes may ask at once. A number whose submission fails is not given
    again: numbers are distinct and ascending, not without gaps. Past 999999 they grow by a digit.
    """
    year = at.astimezone(zone).year
    counters = database.current()["number_counters"]
    counter: dict[str, Any] = counters.find_one_and_update(
        {"_id": f"quote:{year}"}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )  # type: ignore[assignment]  # with upsert there is always one afterwards
    return f"Q-{year}-{counter['last']:06d}"
