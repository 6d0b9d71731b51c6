"""Asking for figures: what is refused, what a file looks like, what the channels cost."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from saleloop.leads.v1 import figures_service_pb2 as pb
from saleloop.type.v1.money_pb2 import Money
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.figures import of_leads
from services.leads.domain.figures.computing import nearest_rank
from services.leads.domain.figures.facts import CostFact, Facts, LeadFact, Moment, Place
from services.leads.domain.figures.members import Part
from services.leads.domain.figures.of_money import cost_by_day
from services.leads.domain.figures.period import Period, period_of, week_of
from services.leads.translate.figure_files import csv_file
from tests.leads.figures_world import FIRST_DAY, LAST_DAY, viewers
from tests.leads.room import DIRECTOR, MARKETING, SUPERVISOR, Room
from tests.leads.test_figures import ask, asked, refusal

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"name": "happiness"}, "FIGURE_NOT_FOUND"),
        ({"name": "active_users", "group_by": pb.FIGURE_GROUPING_CHANNEL}, "FIGURE_NOT_GROUPED_SO"),
        ({"name": "cost_per_lead", "filters": {"region": "east"}}, "FIGURE_NOT_GROUPED_SO"),
        ({"name": "lead_heat", "first_day": "2026-02-30", "last_day": "2026-03-01"}, "INVALID_FIELD"),
        ({"name": "lead_heat", "first_day": "2026-01-01"}, "INVALID_FIELD"),
        ({"name": "lead_heat", "first_day": "2026-01-02", "last_day": "2026-01-01"}, "INVALID_FIELD"),
        ({"name": "lead_heat", "first_day": "2026-01-01", "last_day": "2026-12-31"}, "INVALID_FIELD"),
        ({"name": "lead_heat", "filters": {"segment": "x" * 201}}, "INVALID_FIELD"),
        ({"name": "lead_heat", "group_by": 77}, "INVALID_FIELD"),
    ],
)
def test_a_question_without_sense_is_refused(room: Room, question: dict[str, Any], reason: str) -> None:
    assert refusal(room, "GetFigure", pb.GetFigureRequest(**question), DIRECTOR) == reason


def test_the_catalogue_shows_what_the_viewer_may_ask_for(room: Room) -> None:
    def names(viewer: Any) -> set[str]:
        return {each.name for each in ask(room, "ListFigures", pb.ListFiguresRequest(), viewer).figures}

    assert names(SUPERVISOR) < names(DIRECTOR)
    assert "cost_per_lead" in names(MARKETING) - names(SUPERVISOR)
    assert "active_users" in names(SUPERVISOR) - names(MARKETING)
    for figure in ask(room, "ListFigures", pb.ListFiguresRequest(), DIRECTOR).figures:
        assert set(figure.title) == set(figure.definition) == {"zh", "en"}


def test_marketing_cannot_filter_its_way_to_a_person(room: Room) -> None:
    for filters in ({"person_id": "ann"}, {"team_id": "t1"}):
        request = pb.GetFigureRequest(**asked("lead_heat", "channel"), filters=pb.FigureFilters(**filters))
        assert refusal(room, "GetFigure", request, MARKETING) == "FIGURE_NOT_VISIBLE"
        assert refusal(room, "GetFigure", request, DIRECTOR) == ""


def test_a_day_that_the_calendar_takes_off_is_no_working_day(room: Room) -> None:
    room.hire("alice")

    def working_days() -> int:
        request = pb.GetFigureRequest(name="active_users", first_day="2026-11-16", last_day="2026-11-17")
        return int(ask(room, "GetFigure", request, DIRECTOR).total.denominator)

    assert working_days() == 2
    calendar = StoredSlaPolicy.current()
    calendar.set_days({date(2026, 11, 16): (False, "厂休")}, why="inventory", by="boss")
    calendar.commit()
    assert working_days() == 1


def test_a_cost_is_set_once_and_spread_over_the_days(room: Room) -> None:
    def set_cost(amount: int) -> pb.ChannelCost:
        cost = Money(currency_code="CNY", amount_minor=amount)
        request = pb.SetChannelCostRequest(channel="expo", month="2025-01", cost=cost, why="invoice")
        return ask(room, "SetChannelCost", request, MARKETING).channel_cost  # type: ignore[no-any-return]  # a stub

    assert set_cost(31_000).version == set_cost(31_000).version == 1
    assert set_cost(62_000).version == 2
    listed = ask(room, "ListChannelCosts", pb.ListChannelCostsRequest(), MARKETING).channel_costs
    assert [(each.month, each.channel, each.cost.amount_minor) for each in listed] == [("2025-01", "expo", 62_000)]
    total = ask(room, "GetFigure", pb.GetFigureRequest(**asked("cost_per_lead", "total")), MARKETING).total
    assert (total.numerator, total.denominator, total.value) == (2_000 * 12, 0, "")
    for wrong in (
        {"channel": "pigeon"},
        {"month": "2025-13"},
        {"cost": Money(currency_code="USD", amount_minor=1)},
        {"cost": Money(currency_code="CNY", amount_minor=-1)},
    ):
        given_fields: dict[str, Any] = {
            "channel": "expo",
            "month": "2025-01",
            "cost": Money(currency_code="CNY", amount_minor=1),
        }
        request = pb.SetChannelCostRequest(**(given_fields | wrong))
        assert refusal(room, "SetChannelCost", request, MARKETING) == "INVALID_FIELD"


def test_a_file_says_who_took_it_and_evaluates_nothing(room: Room) -> None:
    company = '=HYPERLINK("http://evil","x")'
    room.create(company=company, channel="website")
    days: dict[str, Any] = {"first_day": f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"}
    days["last_day"] = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    question: dict[str, Any] = {"name": "channel_conversion", **days, "part": pb.FIGURE_PART_DENOMINATOR}
    text = ask(room, "ExportFigure", pb.ExportFigureRequest(**question, format=pb.FIGURE_FILE_FORMAT_CSV), DIRECTOR)
    lines = list(csv.reader(io.StringIO(text.data.decode("utf-8-sig"))))
    assert lines[0][0].startswith("director · ")
    assert lines[2][2] == f"'{company}"
    book = load_workbook(io.BytesIO(ask(room, "ExportFigure", pb.ExportFigureRequest(**question), DIRECTOR).data))
    cell = book.worksheets[0].cell(row=3, column=3)
    assert (cell.value, cell.data_type) == (f"'{company}", "s")
    rows = pb.ExportFigureRequest(name="channel_conversion", group_by=pb.FIGURE_GROUPING_CHANNEL, **days)
    sheet = load_workbook(io.BytesIO(ask(room, "ExportFigure", rows, DIRECTOR).data)).worksheets[0]
    assert [cell.value for cell in sheet[5]][:5] == ["website", "website", 0, 1, 0]


@given(st.text(max_size=30))
def test_no_text_of_a_file_begins_like_a_formula(text: str) -> None:
    content = csv_file("x", [(text,)]).decode("utf-8-sig")
    line = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert not (line and line[0] and line[0][0].lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r"))


@given(st.integers(0, 10**9), st.sampled_from(["2024-02", "2025-02", "2026-11", "2026-12"]))
def test_the_days_of_a_month_add_up_to_its_cost(amount: int, month: str) -> None:
    by_day = cost_by_day(CostFact("expo", month, amount))
    assert sum(each for _, each in by_day) == amount
    assert max(each for _, each in by_day) - min(each for _, each in by_day) <= 1


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.sampled_from([50, 90]))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values: list[int], percent: int) -> None:
    found = nearest_rank(sorted(values), percent)
    assert found is not None
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)
    assert nearest_rank([], percent) is None
    assert isinstance(found, Decimal)


def test_a_first_contact_that_is_not_due_yet_is_not_judged() -> None:
    lead = LeadFact(
        *("l", Place(), "c", NOW, NOW + timedelta(hours=1), None, False, False, None, None, 0, 5, ""), is_won=False
    )
    moment = Moment(NOW, NOW - timedelta(days=1), NOW + timedelta(days=1), ())
    assert list(of_leads.contacted_by_standard(Facts(leads=(lead,)), moment)) == []
    late = moment._replace(now=NOW + timedelta(hours=2))
    (counted,) = of_leads.contacted_by_standard(Facts(leads=(lead,)), late)
    assert counted.part is Part.DENOMINATOR


def test_weeks_and_days_are_those_of_china() -> None:
    assert week_of(datetime(2026, 11, 15, 15, 59, tzinfo=UTC)) == "2026-W46"
    assert week_of(datetime(2026, 11, 15, 16, 0, tzinfo=UTC)) == "2026-W47"
    week = period_of("", "", NOW, looks_ahead=False)
    assert (week.first.isoformat(), week.last.isoformat()) == ("2026-11-16", "2026-11-22")
    ahead = period_of("", "", NOW, looks_ahead=True)
    assert len(list(ahead.days())) == 30
    assert period_of(FIRST_DAY, LAST_DAY, NOW, looks_ahead=True) == Period(
        datetime(2025, 1, 20).date(), datetime(2025, 2, 9).date()
    )
    assert len(viewers()) == 11
