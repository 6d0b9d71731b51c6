"""What the tests of the first contact need beside the room."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from chassis.clocks import clock
from chassis.documents import Aggregate
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1.first_contact_service_pb2_grpc import FirstContactServiceStub
from saleloop.leads.v1.leads_service_pb2 import URGENCY_RED
from services.leads import commands
from services.leads.documents import Lead, StoredSlaPolicy
from services.leads.documents.deadline_kinds import BREACH, MOVE, RESUME, WARNING
from tests.leads.room import DIRECTOR, Room

_FIRE = {
    WARNING: commands.warn_owner,
    BREACH: commands.mark_breached,
    MOVE: commands.let_lapse,
    RESUME: commands.resume_at_cap,
}


def ask(room: Room, rpc: str, request: Any, caller: Principal = DIRECTOR) -> Any:
    return room.ask(FirstContactServiceStub, rpc, request, caller)


def refused(room: Room, rpc: str, request: Any, caller: Principal = DIRECTOR) -> RemoteError:
    try:
        answer = ask(room, rpc, request, caller)
    except RemoteError as error:
        return error
    raise AssertionError(f"{rpc} was not refused but answered {answer}")


def set_limit(room: Room, version: int = 0, **fields: Any) -> pb.SlaPolicy:
    limit = pb.SlaLimit(**{"urgency": URGENCY_RED, **fields})
    request = pb.UpdateSlaPolicyRequest(sla_policy=pb.SlaPolicy(limits=[limit], version=version))
    answer: pb.UpdateSlaPolicyResponse = ask(room, "UpdateSlaPolicy", request)
    return answer.sla_policy


def provide_years(room: Room, *years: int) -> None:
    for year in years:
        day = pb.CalendarDay(date=f"{year}-01-01", name="元旦")
        ask(room, "ProvideCalendarYear", pb.ProvideCalendarYearRequest(year=year, days=[day], why="announced"))


def years_from_now() -> tuple[int, ...]:
    this_year = clock.now().year
    return (this_year, this_year + 1, this_year + 2)


def live(lead_id: str, until: timedelta) -> None:
    """Play the worker's part: what is due by `until` from now, each as of its own time."""
    end = clock.now() + until
    while True:
        lead = Lead.load(lead_id)
        due = min((each for each in lead.deadlines if each["due_time"] <= end), key=_due_time, default=None)
        if due is None:
            return
        lead.cancel(due["kind"])
        _FIRE[due["kind"]](lead, due["due_time"])
        lead.commit()
        if due["kind"] == MOVE:
            commands.move_lapsed_lead(lead_id, moves=lead.moves, at=due["due_time"])


def told_by(*kinds: type[Aggregate]) -> list[tuple[str, dict[str, Any]]]:
    """Type and body of the events of these documents, in the order in which they were emitted."""
    entries = [
        entry
        for kind in kinds or (Lead, StoredSlaPolicy)
        for row in kind.collection().find({}, {"outbox": 1})
        for entry in row.get("outbox", ())
        if entry["type"] not in ("change_recorded.v1", "changes_recorded.v1")
    ]
    return [(entry["type"], orjson.loads(entry["body"])) for entry in sorted(entries, key=lambda each: str(each["id"]))]


def assigned(lead: Lead) -> datetime:
    """When its owner got it."""
    assert lead.assign_time is not None
    return lead.assign_time


def _due_time(deadline: dict[str, Any]) -> datetime:
    found: datetime = deadline["due_time"]
    return found
