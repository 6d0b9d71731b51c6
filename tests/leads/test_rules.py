"""The rules of leads as properties."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.errors import ImportRefused
from services.leads.domain.intake import csv_text
from services.leads.domain.intake.company import company_key
from services.leads.domain.intake.draft import Intake, check_intake
from services.leads.domain.intake.import_columns import COLUMN_NAMES
from services.leads.domain.intake.import_file import read_import
from services.leads.domain.routing.candidates import (
    LeaveSpan,
    SalespersonFacts,
    is_eligible,
    is_on_leave,
    top_candidates,
)
from services.leads.domain.routing.routing_policy import Part, RoutingPolicy
from services.leads.phones import phone_normaliser

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TAGS = ("ERP", "CRM", "仓储", "BI")
normalise = phone_normaliser("CN")

tags = st.frozensets(st.sampled_from(TAGS), max_size=3)
people = st.lists(
    st.builds(
        SalespersonFacts,
        id=st.uuids().map(str),
        name=st.just("name"),
        team_id=st.just("t1"),
        supervisor_id=st.just("boss"),
        region=st.sampled_from(("", "east", "west")),
        tags=tags,
        active=st.booleans(),
        leaves=st.just(()) | st.just((LeaveSpan(NOW - timedelta(days=1), NOW + timedelta(days=1)),)),
        open_untouched=st.integers(0, 7),
        assigned_this_month=st.integers(0, 50),
        untouched_this_month=st.integers(0, 7),
        outcomes=st.dictionaries(st.sampled_from(("食品", "机械")), st.tuples(st.integers(0, 9), st.integers(0, 9))),
    ),
    max_size=8,
    unique_by=lambda person: person.id,
)
policies = st.builds(
    RoutingPolicy,
    untouched_cap=st.integers(1, 8),
    weights_milli=st.dictionaries(st.sampled_from(Part), st.integers(0, 1_000)),
)
leads = st.tuples(st.lists(st.sampled_from(TAGS), max_size=3, unique=True), st.sampled_from(("", "east", "west")))


@given(people, leads, policies)
def test_those_offered_are_the_best_of_the_eligible(
    salespeople: list[SalespersonFacts], lead: tuple[list[str], str], policy: RoutingPolicy
) -> None:
    needs, region = lead
    offered = top_candidates(needs, region, NOW, salespeople, policy)
    eligible = {person.id for person in salespeople if is_eligible(person, region, NOW, policy)}
    assert len(offered) == min(3, len(eligible))
    assert {candidate.salesperson_id for candidate in offered} <= eligible
    scores = [candidate.score_milli for candidate in offered]
    assert scores == sorted(scores, reverse=True)
    for candidate in offered:
        assert {part.part for part in candidate.parts} == set(Part)
        for part in candidate.parts:
            assert 0 <= part.score_milli <= policy.weight_milli(part.part)
            assert all(part.explanation[language] for language in ("zh", "en"))


@given(people, leads, policies)
def test_the_order_in_which_people_are_read_decides_nothing(
    salespeople: list[SalespersonFacts], lead: tuple[list[str], str], policy: RoutingPolicy
) -> None:
    forward = top_candidates(*lead, NOW, salespeople, policy)
    assert forward == top_candidates(*lead, NOW, salespeople[::-1], policy)


@given(
    st.lists(tags, min_size=1, max_size=3),
    st.integers(1, 4),
    st.lists(leads, max_size=40),
    policies,
)
def test_equal_salespeople_never_differ_by_more_than_one(
    groups: list[frozenset[str]], size: int, batch: list[tuple[list[str], str]], policy: RoutingPolicy
) -> None:
    """Several groups of equals, any batch of leads, any weights: within a group the spread is at most one."""
    staff = {
        f"{group}-{member}": SalespersonFacts(
            id=f"{group}-{member}",
            name="name",
            team_id="t1",
            supervisor_id="",
            region="",
            tags=tagged,
            active=True,
            leaves=(),
            open_untouched=0,
            assigned_this_month=0,
        )
        for group, tagged in enumerate(groups)
        for member in range(size)
    }
    for needs, region in batch:
        offered = top_candidates(needs, region, NOW, staff.values(), policy)
        if offered:
            chosen = staff[offered[0].salesperson_id]
            staff[chosen.id] = replace(
                chosen,
                open_untouched=chosen.open_untouched + 1,
                assigned_this_month=chosen.assigned_this_month + 1,
                untouched_this_month=chosen.untouched_this_month + 1,
            )
        for group in range(len(groups)):
            got = [staff[f"{group}-{member}"].assigned_this_month for member in range(size)]
            assert max(got) - min(got) <= 1
    assert all(person.untouched_this_month <= policy.untouched_cap for person in staff.values())


@given(st.integers(-3, 3))
def test_a_leave_begins_and_ends_at_its_minute(minutes: int) -> None:
    leave = LeaveSpan(NOW, NOW + timedelta(minutes=2))
    assert is_on_leave([leave], NOW + timedelta(minutes=minutes)) == (0 <= minutes < 2)


@given(st.text(min_size=1))
def test_the_key_of_a_company_is_its_own_key(name: str) -> None:
    key = company_key(name)
    assert company_key(key) == key
    assert bool(key) == bool(name.strip())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华东物流有限公司", " 华东 物流有限责任公司 "),
        ("华联（上海）有限公司", "华联(上海)有限公司"),
        ("ＡＣＭＥ Co., Ltd.", "acme"),
        ("Acme, Inc.", "ACME LLC"),
        ("锦程商贸股份有限公司", "锦程商贸"),
    ],
)
def test_spellings_of_one_company_have_one_key(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华联（上海）有限公司", "华联（杭州）有限公司"),
        ("锦程集团有限公司", "锦程有限公司"),
        ("Zinc Ltd", "Z Ltd"),
        ("有限公司", "股份有限公司"),
    ],
)
def test_different_companies_have_different_keys(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@given(st.integers(0, 9_999_999))
def test_spellings_of_one_phone_have_one_form(number: int) -> None:
    digits = f"1380{number:07d}"
    spelt = (digits, f"+86{digits}", f"0086 {digits}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}", f" {digits} ")
    assert {normalise(text) for text in spelt} == {f"+86{digits}"}


@given(st.text(), st.text(), st.text(), st.lists(st.text()).map(tuple))
def test_any_text_is_a_draft_or_has_problems(company: str, phone: str, budget: str, needs: tuple[str, ...]) -> None:
    intake = Intake(company=company, phone=phone, budget_range=budget, needs=needs)
    draft, problems = check_intake(intake, normalise)
    assert (draft is None) == bool(problems)
    assert all(problem.field and problem.description["zh"] and problem.description["en"] for problem in problems)


@given(
    st.binary() | st.text().map(str.encode) | st.text().map(lambda text: f"公司,电话\n{text}".encode("gbk", "ignore"))
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        file = read_import(content, {}, normalise)
    except ImportRefused:
        return
    rows = [found.row for found in file.drafts] + [found.row for found in file.problems]
    assert all(number > 1 for number in rows)


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1), min_size=1))
def test_text_comes_through_any_encoding_we_promise(cells: list[str]) -> None:
    text = "公司名称," + ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    assert csv_text.decode(text.encode()) == csv_text.decode(text.encode("utf-8-sig")) == text
    assert csv_text.decode(text.encode("gb18030")) == text


@pytest.mark.parametrize("field", COLUMN_NAMES)
def test_each_field_has_a_chinese_and_an_english_column(field: str) -> None:
    names = COLUMN_NAMES[field]
    assert any(name.isascii() for name in names)
    assert any(not name.isascii() for name in names)


def test_a_tie_goes_to_who_got_fewer_leads() -> None:
    policy = RoutingPolicy(weights_milli=dict.fromkeys(Part, 0))
    base = SalespersonFacts(
        id="a",
        name="a",
        team_id="",
        supervisor_id="",
        region="",
        tags=frozenset(),
        active=True,
        leaves=(),
        open_untouched=0,
        assigned_this_month=2,
    )
    fewer = replace(base, id="z", assigned_this_month=1)
    assert top_candidates((), "", NOW, (base, fewer), policy)[0].salesperson_id == "z"
    assert Counter(part.score_milli for part in top_candidates((), "", NOW, (base,), policy)[0].parts) == {0: 5}
