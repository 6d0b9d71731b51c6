"""Reading the board of first contacts and the work calendar."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Lead
from services.leads.documents.first_contact_rules import calendar_of
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.board import Colour, WaitsFor, colour_of
from services.leads.holidays import known_days
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
_FIRST_YEAR, _LAST_YEAR = 2004, 2100
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# More leads of one colour are told as so many: nobody works off a board that long, and counting them would take long.
COUNTED = 10_000


def list_board(
    by: Principal, scope: Scope, page: Page, *, colour: Colour | None, owner_id: str, at: datetime
) -> tuple[Sequence[tuple[Row, Colour]], str]:
    """One page of the leads that wait for their first contact with their colours, the earliest due first."""
    where = _visible(by, scope, owner_id)
    where.append(_ANY_COLOUR if colour is None else _of_colour(colour, at))
    if page.after is not None:
        due_time = _EPOCH + int(page.after[0]) * _MILLISECOND
        where.append({"first_contact_due_time": {"$gte": due_time}})
        where.append(
            {
                "$or": [
                    {"first_contact_due_time": {"$gt": due_time}},
                    {"first_contact_due_time": due_time, "_id": {"$gt": page.after[1]}},
                ]
            }
        )
    found = Lead.collection().find({"$and": where}, _LEFT_OUT).hint(_index_for(where[0]))
    rows = list(found.sort([("first_contact_due_time", 1), ("_id", 1)]).limit(page.size + 1))
    cut, token = page.cut(rows, lambda row: ((row["first_contact_due_time"] - _EPOCH) // _MILLISECOND, row["_id"]))
    return [(row, _colour(row, at)) for row in cut], token


def count_board(by: Principal, scope: Scope, *, owner_id: str, at: datetime) -> Mapping[Colour, int]:
    """How many leads of each colour the caller may see, at most COUNTED."""
    where, leads = _visible(by, scope, owner_id), Lead.collection()
    index = _index_for(where[0])
    return {
        colour: leads.count_documents({"$and": [*where, _of_colour(colour, at)]}, limit=COUNTED, hint=index)
        for colour in Colour
    }


def list_calendar_days(year: int, page: Page) -> tuple[Sequence[Row], str]:
    """One page of the days of a year, each with what decides about it. Raises FieldProblem."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise FieldProblem(
            "year",
            "OUT_OF_RANGE",
            f"须在 {_FIRST_YEAR} 到 {_LAST_YEAR} 之间",
            f"must be from {_FIRST_YEAR} to {_LAST_YEAR}",
        )
    stored = StoredSlaPolicy.current()
    first = date.fromisoformat(str(page.after[0])) + timedelta(days=1) if page.after else date(year, 1, 1)
    number = min(page.size + 1, max((date(year + 1, 1, 1) - first).days, 0))
    rows = [calendar_day(stored, first + timedelta(days=index)) for index in range(number)]
    return page.cut(rows, lambda row: (row["date"],))


def calendar_day(stored: StoredSlaPolicy, day: date) -> Row:
    """One day with what decides about it: hand, library, weekday, or the weekday for want of better."""
    by_hand = stored.days.get(day.isoformat(), {})
    calendar = calendar_of(stored)
    if by_hand:
        source = "hand"
    elif day in known_days():
        source = "library"
    else:
        source = "weekday" if day.year in calendar.known_years else "assumed"
    return {
        "date": day.isoformat(),
        "is_working": calendar.is_working_day(day),
        "name": by_hand.get("name", ""),
        "why": by_hand.get("why", ""),
        "source": source,
    }


def _visible(by: Principal, scope: Scope, owner_id: str) -> list[dict[str, Any]]:
    """The narrowest condition first."""
    rows = owned_rows(by, scope)
    return [{"owner_id": owner_id}, rows] if owner_id else [rows]


def _index_for(narrowest: Row) -> str:
    """The planner would try others, and some days keep a bad one."""
    first = next((name for name in ("owner_id", "region") if name in narrowest), "")
    return {"owner_id": "waiting_of_owner", "region": "waiting_of_region", "": "waiting"}[first]


_ANY_COLOUR: dict[str, Any] = {"waits_for": {"$in": [each.value for each in WaitsFor]}}


def _of_colour(colour: Colour, at: datetime) -> dict[str, Any]:
    """The same as `colour_of`, as a condition."""
    if colour is Colour.STRANDED:
        return {"waits_for": WaitsFor.SUPERVISOR.value}
    if colour is Colour.PAUSED:
        return {"waits_for": WaitsFor.CUSTOMER.value}
    if colour is Colour.RED:
        return {"waits_for": WaitsFor.OWNER.value, "first_contact_due_time": {"$lte": at}}
    warned = {"$lte": at} if colour is Colour.YELLOW else {"$gt": at}
    running = {"waits_for": WaitsFor.OWNER.value, "first_contact_due_time": {"$gt": at}}
    return {**running, "first_contact_warn_time": warned}


def _colour(row: Row, at: datetime) -> Colour:
    waiting = WaitsFor(row["waits_for"])
    return colour_of(at, row["first_contact_warn_time"], row["first_contact_due_time"], waiting)
