"""From stored values to protobuf and back: limits, work calendar, board, qualification."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1.leads_service_pb2 import Urgency as UrgencyNumber
from services.leads.documents.first_contact_rules import calendar_of
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.board import Colour
from services.leads.domain.first_contact.sla_policy import Counted, LimitChange, Limits, SlaLimit
from services.leads.domain.first_contact.work_calendar import WorkHours, days_known
from services.leads.domain.intake.draft import Urgency
from services.leads.translate.leads import lead_to_proto, urgency_number
from services.leads.translate.values import Row

DAYS_AT_ONCE = 366
_COUNTED: "Mapping[pb.TimeCounted.ValueType, Counted]" = {
    pb.TIME_COUNTED_WALL_CLOCK: Counted.WALL_CLOCK,
    pb.TIME_COUNTED_WORKING_TIME: Counted.WORKING_TIME,
}
_COUNTED_NUMBERS = {word: number for number, word in _COUNTED.items()}
_COLOURS: "Mapping[pb.BoardColour.ValueType, Colour]" = {
    pb.BOARD_COLOUR_GREEN: Colour.GREEN,
    pb.BOARD_COLOUR_YELLOW: Colour.YELLOW,
    pb.BOARD_COLOUR_RED: Colour.RED,
    pb.BOARD_COLOUR_PAUSED: Colour.PAUSED,
    pb.BOARD_COLOUR_STRANDED: Colour.STRANDED,
}
_COLOUR_NUMBERS = {word: number for number, word in _COLOURS.items()}
_NUMBERS = ("limit_minutes", "warn_after_bp", "move_after_minutes", "max_moves", "pause_cap_minutes")


def sla_policy_to_proto(stored: StoredSlaPolicy, limits: Limits, at: datetime) -> pb.SlaPolicy:
    """The limits of all urgencies, those that nobody set included."""
    return pb.SlaPolicy(
        limits=[_limit_to_proto(urgency, limit) for urgency, limit in limits.items()],
        work_hours=pb.WorkHours(
            time_zone=stored.time_zone,
            spans=[pb.WorkSpan(opening_minute=opening, closing_minute=closing) for opening, closing in stored.spans],
        ),
        version=stored.rules_version,
        calendar_known_until=known_until(stored, at),
    )


def known_until(stored: StoredSlaPolicy, at: datetime) -> str:
    """The first day (ISO) from which on the holidays are not known."""
    calendar = calendar_of(stored)
    return (calendar.local_date(at) + timedelta(days=days_known(calendar, at))).isoformat()


def limit_changes_from(message: pb.SlaPolicy) -> dict[Urgency, LimitChange]:
    """What the request changes, by urgency. Raises FieldProblem."""
    urgencies: Mapping[UrgencyNumber.ValueType, Urgency] = {urgency_number(word): word for word in Urgency}
    changes: dict[Urgency, LimitChange] = {}
    for index, limit in enumerate(message.limits):
        field = f"sla_policy.limits[{index}]"
        if limit.urgency not in urgencies:
            raise FieldProblem(f"{field}.urgency", "UNKNOWN_URGENCY", "未知紧急程度", "unknown urgency")
        urgency = urgencies[limit.urgency]
        if urgency in changes:
            raise FieldProblem(f"{field}.urgency", "REPEATED", "重复的紧急程度", "this urgency stands here twice")
        if limit.counted and limit.counted not in _COUNTED:
            raise FieldProblem(f"{field}.counted", "UNKNOWN", "未知计时方式", "unknown way of counting")
        changes[urgency] = LimitChange(
            counted=_COUNTED.get(limit.counted),
            **{name: getattr(limit, name) for name in _NUMBERS if limit.HasField(name)},
        )
    return changes


def work_hours_from(message: pb.SlaPolicy) -> WorkHours | None:
    """None when the request leaves them as they are. Raises FieldProblem."""
    if not message.HasField("work_hours"):
        return None
    hours = message.work_hours
    return WorkHours(hours.time_zone, tuple((span.opening_minute, span.closing_minute) for span in hours.spans))


def day_from(text: str, field: str) -> date:
    """A date from its ISO form. Raises FieldProblem."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldProblem(field, "NOT_A_DATE", "须为日期，如 2026-10-01", "must be a date like 2026-10-01") from None


def days_from(request: pb.ProvideCalendarYearRequest) -> dict[date, tuple[bool, str]]:
    """Whether each day is worked, and its name. Raises FieldProblem."""
    if len(request.days) > DAYS_AT_ONCE:
        raise FieldProblem("days", "TOO_MANY", f"最多 {DAYS_AT_ONCE} 天", f"at most {DAYS_AT_ONCE} days")
    return {
        day_from(day.date, f"days[{number}].date"): (day.is_working, day.name)
        for number, day in enumerate(request.days)
    }


def calendar_day_to_proto(row: Row) -> pb.CalendarDay:
    """A day with what decides about it."""
    return pb.CalendarDay(**row)


def colour_from(number: "pb.BoardColour.ValueType") -> Colour | None:
    """None when unspecified. Raises FieldProblem."""
    if number == pb.BOARD_COLOUR_UNSPECIFIED:
        return None
    if number not in _COLOURS:
        raise FieldProblem("colour", "UNKNOWN_COLOUR", "未知颜色", "unknown colour")
    return _COLOURS[number]


def board_lead_to_proto(row: Row, colour: Colour) -> pb.BoardLead:
    """A lead that waits for its first contact."""
    return pb.BoardLead(lead=lead_to_proto(row), colour=_COLOUR_NUMBERS[colour])


def counts_to_proto(counts: Mapping[Colour, int]) -> pb.BoardCounts:
    """How many leads of each colour."""
    return pb.BoardCounts(**{colour.value: number for colour, number in counts.items()})


def _limit_to_proto(urgency: Urgency, limit: SlaLimit) -> pb.SlaLimit:
    return pb.SlaLimit(
        urgency=urgency_number(urgency.value),
        counted=_COUNTED_NUMBERS[limit.counted],
        **{name: getattr(limit, name) for name in _NUMBERS},
    )
