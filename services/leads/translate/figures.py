"""Figures from and to protobuf."""

from collections.abc import Mapping

from saleloop.leads.v1 import figures_service_pb2 as pb
from saleloop.type.v1.money_pb2 import Money
from services.leads.domain.errors import FieldProblem
from services.leads.domain.figures.computing import Row
from services.leads.domain.figures.definitions import Figure
from services.leads.domain.figures.members import Grouping, Member, Part
from services.leads.domain.figures.of_money import CURRENCY
from services.leads.queries.figures import Question, Told
from services.leads.translate.values import Row as Stored
from services.leads.translate.values import timestamp

FILTER_LENGTH = 200

_UNITS: "Mapping[str, pb.FigureUnit.ValueType]" = {
    "basis_points": pb.FIGURE_UNIT_BASIS_POINTS,
    "minor_each": pb.FIGURE_UNIT_MINOR_EACH,
    "seconds": pb.FIGURE_UNIT_SECONDS,
    "count": pb.FIGURE_UNIT_COUNT,
    "per_day": pb.FIGURE_UNIT_PER_DAY,
}
_GROUPINGS: "Mapping[Grouping, pb.FigureGrouping.ValueType]" = {
    Grouping.TOTAL: pb.FIGURE_GROUPING_UNSPECIFIED,
    Grouping.PERSON: pb.FIGURE_GROUPING_PERSON,
    Grouping.TEAM: pb.FIGURE_GROUPING_TEAM,
    Grouping.REGION: pb.FIGURE_GROUPING_REGION,
    Grouping.CHANNEL: pb.FIGURE_GROUPING_CHANNEL,
    Grouping.SEGMENT: pb.FIGURE_GROUPING_SEGMENT,
    Grouping.WEEK: pb.FIGURE_GROUPING_WEEK,
}
_GROUPING_OF = {number: grouping for grouping, number in _GROUPINGS.items()}
Asking = pb.GetFigureRequest | pb.ListFigureMembersRequest | pb.ExportFigureRequest


def question_from(request: Asking) -> Question:
    """What is asked. Raises FieldProblem."""
    filters = {
        Grouping.PERSON: request.filters.person_id,
        Grouping.TEAM: request.filters.team_id,
        Grouping.REGION: request.filters.region,
        Grouping.CHANNEL: request.filters.channel,
        Grouping.SEGMENT: request.filters.segment,
    }
    for grouping, wanted in filters.items():
        if len(wanted) > FILTER_LENGTH:
            raise FieldProblem(f"filters.{grouping.value}", "TOO_LONG", "内容过长", "too long")
    if request.group_by not in _GROUPING_OF:
        raise FieldProblem("group_by", "UNKNOWN", "未知分组", "unknown grouping")
    grouping = _GROUPING_OF[request.group_by]
    return Question(request.name, grouping, request.first_day, request.last_day, filters)


def part_from(part: "pb.FigurePart.ValueType") -> Part:
    """UNSPECIFIED means the numerator. Raises FieldProblem."""
    if part not in pb.FigurePart.values():
        raise FieldProblem("part", "UNKNOWN", "未知部分", "unknown part")
    return Part.DENOMINATOR if part == pb.FIGURE_PART_DENOMINATOR else Part.NUMERATOR


def figure_to_proto(figure: Figure) -> pb.Figure:
    """A line of the catalogue."""
    return pb.Figure(
        name=figure.name,
        unit=_UNITS[figure.unit],
        title=figure.title,
        definition=figure.definition,
        target="" if figure.target is None else str(figure.target),
        alert_below="" if figure.alert_below is None else str(figure.alert_below),
        groupings=[_GROUPINGS[each] for each in figure.groupings],
    )


def told_to_proto(told: Told, request: pb.GetFigureRequest) -> pb.GetFigureResponse:
    """The numbers."""
    return pb.GetFigureResponse(
        name=told.figure.name,
        unit=_UNITS[told.figure.unit],
        group_by=request.group_by,
        first_day=told.period.first.isoformat(),
        last_day=told.period.last.isoformat(),
        rows=[_row_to_proto(row, told) for row in told.rows],
        total=_row_to_proto(told.total, told),
    )


def _row_to_proto(row: Row, told: Told) -> pb.FigureRow:
    return pb.FigureRow(
        key=row.key,
        label=told.labels.get(row.key, row.key),
        numerator=row.numerator,
        denominator=row.denominator,
        value="" if row.value is None else str(row.value),
        is_alert=told.figure.is_alert(row.value),
    )


def member_to_proto(member: Member) -> pb.FigureMember:
    """One thing behind a number."""
    return pb.FigureMember(
        id=member.id,
        kind=member.kind,
        title=member.title,
        time=timestamp(member.time),
        amount=member.amount,
        person_id=member.place.person,
        team_id=member.place.team,
        region=member.place.region,
        channel=member.place.channel,
        segment=member.place.segment,
    )


def channel_cost_to_proto(row: Stored) -> pb.ChannelCost:
    """A stored cost."""
    return pb.ChannelCost(
        channel=row["channel"],
        month=row["month"],
        cost=Money(currency_code=CURRENCY, amount_minor=row["amount_minor"]),
        version=row["version"],
    )
