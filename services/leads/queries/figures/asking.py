"""Answer questions for figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents.first_contact_rules import calendar_of
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.figures.computing import Row, page_of, rows_of, total_of
from services.leads.domain.figures.definitions import FIGURES, Figure, figure
from services.leads.domain.figures.errors import FigureTooLarge
from services.leads.domain.figures.facts import Facts, Moment
from services.leads.domain.figures.members import Grouping, Member, Part, group_of
from services.leads.domain.figures.period import Period, day_of, period_of
from services.leads.queries.figures.facts import Reader
from services.leads.queries.figures.lookups import People
from services.leads.queries.figures.reach import may_see, scope_for

FILE_ROWS = 50_000


@dataclass(frozen=True)
class Question:
    """Which figure, told apart how, of which days ("2026-11-16"; empty means now), of which of all rows."""

    name: str
    group_by: Grouping
    first_day: str
    last_day: str
    # By grouping; what is empty filters nothing.
    filters: Mapping[Grouping, str]


@dataclass(frozen=True)
class Told:
    """The numbers, by key, with the keys in words."""

    figure: Figure
    period: Period
    rows: Sequence[Row]
    total: Row
    labels: Mapping[str, str]


class _Asked:
    """A question with what is read for it."""

    def __init__(self, question: Question, by: Principal, now: datetime, *, in_detail: bool) -> None:
        self.figure = figure(question.name)
        groupings = frozenset({question.group_by, *(each for each, wanted in question.filters.items() if wanted)})
        for grouping in groupings:
            self.figure.require_grouping(grouping)
        scope = scope_for(self.figure, groupings, by)
        self.period = period_of(question.first_day, question.last_day, now, looks_ahead=self.figure.looks_ahead)
        self.people = People(by, scope)
        self._wanted = {each: wanted for each, wanted in question.filters.items() if wanted}
        reader = Reader(by, scope, self.period, self.people, in_detail or Grouping.SEGMENT in groupings)
        self._facts: Facts = reader.read(self.figure.sources)
        calendar, today = calendar_of(StoredSlaPolicy.current()), day_of(now)
        days = tuple(day for day in self.period.days() if day <= today and calendar.is_working_day(day))
        self._moment = Moment(now, self.period.start, self.period.end, days)

    def members(self) -> Iterator[Member]:
        """Those that pass the filters."""
        for member in self.figure.members(self._facts, self._moment):
            if all(group_of(member, grouping) == wanted for grouping, wanted in self._wanted.items()):
                yield member


def list_figures(by: Principal) -> list[Figure]:
    """The catalogue, as far as the caller may ask for it."""
    return [each for each in FIGURES.values() if may_see(each, by)]


def answer_figure(question: Question, by: Principal, now: datetime) -> Told:
    """The numbers. Raises FigureNotFound, FigureNotGroupedSo, FigureNotVisible, FieldProblem."""
    asked = _Asked(question, by, now, in_detail=False)
    members = list(asked.members())
    total = total_of(members, asked.figure.method)
    by_total = question.group_by is Grouping.TOTAL
    rows = [total] if by_total else rows_of(members, question.group_by, asked.figure.method)
    labels: dict[str, str] = {}
    if question.group_by is Grouping.PERSON:
        labels = {row.key: asked.people.name_of(row.key) for row in rows}
    return Told(asked.figure, asked.period, rows, total, labels)


def list_figure_members(
    question: Question, group: str, part: Part, by: Principal, now: datetime, page: Page
) -> tuple[Sequence[Member], str]:
    """One page of what is behind a number, by id, and the next page's token. Raises as `answer_figure` does."""
    asked = _Asked(question, by, now, in_detail=True)
    after = "" if page.after is None else str(page.after[0])
    found = page_of(_of_group(asked, question, group), part, after, page.size + 1)
    return page.cut(found, lambda member: (member.id,))


def members_for_file(question: Question, group: str, part: Part, by: Principal, now: datetime) -> Sequence[Member]:
    """All that is behind a number, by id. Raises FigureTooLarge, and as `answer_figure` does."""
    asked = _Asked(question, by, now, in_detail=True)
    found = page_of(_of_group(asked, question, group), part, "", FILE_ROWS + 1)
    if len(found) > FILE_ROWS:
        raise FigureTooLarge(f"a file takes {FILE_ROWS:,} rows: ask for fewer days, or for one group")
    return found


def _of_group(asked: _Asked, question: Question, group: str) -> Iterator[Member]:
    return (member for member in asked.members() if group_of(member, question.group_by) == group)
