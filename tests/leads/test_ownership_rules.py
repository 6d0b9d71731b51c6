"""The rules of routing and ownership as properties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import pstdev

from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.routing.candidates import SalespersonFacts, is_eligible, top_candidates
from services.leads.domain.routing.fairness import fairness_of
from services.leads.domain.routing.months import month_of, next_month
from services.leads.domain.routing.replay import PastLead, replay
from services.leads.domain.routing.routing_policy import Part, RoutingPolicy
from services.leads.domain.routing.wanted import wanted_by
from services.leads.domain.routing.win_rate import company_rate, shrunk_rate_bp

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ANY_DAY = st.integers(0, 90 * 24).map(lambda hours: NOW + timedelta(hours=hours))
deals = st.integers(0, 1_000)
rates = st.integers(0, 10_000)


def _month(at: datetime) -> str:
    return f"{at + timedelta(hours=8):%Y-%m}"


def test_a_month_begins_when_it_does_in_shanghai() -> None:
    last = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    assert (month_of(last), month_of(last + timedelta(seconds=1))) == ("2026-11", "2026-12")
    for at in (last, datetime(2026, 12, 31, 15, tzinfo=UTC), datetime(2026, 1, 31, 3, tzinfo=UTC)):
        begin = next_month(at)
        assert begin > at
        assert month_of(begin) != month_of(begin - timedelta(seconds=1)) == month_of(at)


def facts(name: str, **fields: object) -> SalespersonFacts:
    given_fields: dict[str, object] = {
        "id": name,
        "name": name,
        "team_id": "",
        "supervisor_id": "",
        "region": "",
        "tags": frozenset(),
        "active": True,
        "leaves": (),
        "open_untouched": 0,
        "assigned_this_month": 0,
    }
    return SalespersonFacts(**(given_fields | fields))  # type: ignore[arg-type] # a builder


@given(deals, deals, rates, st.integers(1, 100))
def test_an_estimated_rate_lies_between_the_persons_and_the_companys(
    won: int, lost: int, mean: int, prior: int
) -> None:
    rate = shrunk_rate_bp(won, lost, mean, prior)
    own = won * 10_000 // (won + lost) if won + lost else mean
    assert min(own, mean) - 1 <= rate <= max(own, mean) + 1


@given(deals, deals, rates, st.integers(1, 100))
def test_a_won_deal_never_lowers_the_rate_and_a_lost_one_never_raises_it(
    won: int, lost: int, mean: int, p: int
) -> None:
    rate = shrunk_rate_bp(won, lost, mean, p)
    assert shrunk_rate_bp(won + 1, lost, mean, p) >= rate >= shrunk_rate_bp(won, lost + 1, mean, p)


def test_one_won_deal_does_not_beat_eighty_percent_of_thirty() -> None:
    lucky, steady = {"食品": (1, 0)}, {"食品": (24, 6)}
    rate = company_rate("食品", [lucky, steady, {}], 10)
    assert rate.rate_bp(*rate.outcome(lucky)) < rate.rate_bp(*rate.outcome(steady))
    assert rate.rate_bp(0, 0) == rate.mean_bp
    overall = company_rate("", [{"食品": (1, 2)}, {"机械": (3, 4)}], 10)
    assert overall.outcome({"食品": (1, 2), "机械": (3, 4)}) == (4, 6)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30))
def test_fairness_is_what_its_definition_says(numbers: list[int]) -> None:
    found = fairness_of(numbers)
    assert (found.fewest, found.most, found.spread) == (min(numbers), max(numbers), max(numbers) - min(numbers))
    assert abs(found.standard_deviation_milli - pstdev(numbers) * 1_000) <= 1
    apart = sum(abs(one - other) for one in numbers for other in numbers)
    total = sum(numbers)
    gini = apart / (2 * len(numbers) * total) if total else 0
    assert abs(found.gini_bp - gini * 10_000) <= 1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(ANY_DAY, st.integers(1, 900)), max_size=60), st.integers(1, 5), st.integers(1, 6))
def test_a_replay_among_equals_is_even_in_each_month(batch: list[tuple[datetime, int]], staff: int, cap: int) -> None:
    leads = [
        PastLead(
            lead_id=str(number),
            company="",
            region="",
            needs=(),
            owner_id="p0",
            assign_time=at,
            contact_time=at + timedelta(hours=hours),
        )
        for number, (at, hours) in enumerate(batch)
    ]
    people = [facts(f"p{number}", assigned_this_month=7) for number in range(staff)]
    found = replay(leads, people, RoutingPolicy(untouched_cap=1_000))
    by_month: dict[str, list[str]] = {}
    for each in found.replayed:
        by_month.setdefault(_month(each.lead.assign_time), []).append(each.would_be_owner_id)
    for owners in by_month.values():
        got = [owners.count(person.id) for person in people]
        assert max(got) - min(got) <= 1
    assert sum(found.after.values()) == len(leads) - found.unroutable
    # With a cap, nobody ever has more untouched leads of a month than that.
    capped = replay(leads, people, RoutingPolicy(untouched_cap=cap))
    for at, _ in batch:
        for person in people:
            waiting = [
                each
                for each in capped.replayed
                if each.would_be_owner_id == person.id
                and each.lead.assign_time <= at < (each.lead.contact_time or at)
                and _month(each.lead.assign_time) == _month(at)
            ]
            assert len(waiting) <= cap


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 12), st.integers(0, 150), st.dictionaries(st.sampled_from(Part), st.integers(0, 1_000)))
def test_equals_share_a_batch_of_any_size(staff: int, size: int, weights: dict[str, int]) -> None:
    people = {f"p{number}": facts(f"p{number}", tags=frozenset(("ERP",))) for number in range(staff)}
    policy = RoutingPolicy(untouched_cap=1_000, weights_milli=weights)
    for _ in range(size):
        (first, *_) = top_candidates(("ERP",), "east", NOW, people.values(), policy)
        person = people[first.salesperson_id]
        people[person.id] = replace(
            person,
            open_untouched=person.open_untouched + 1,
            assigned_this_month=person.assigned_this_month + 1,
            untouched_this_month=person.untouched_this_month + 1,
        )
    got = [person.assigned_this_month for person in people.values()]
    assert sum(got) == size
    assert max(got) - min(got) <= 1


def test_the_cap_counts_the_leads_of_this_month_alone() -> None:
    policy = RoutingPolicy(untouched_cap=3)
    assert is_eligible(facts("a", open_untouched=9, untouched_this_month=2), "", NOW, policy)
    assert not is_eligible(facts("a", open_untouched=3, untouched_this_month=3), "", NOW, policy)


def test_attributes_that_no_tag_speaks_of_say_nothing() -> None:
    policy = RoutingPolicy(tag_weights_milli={"食品": 2_000}, attribute_weight_milli=500)
    attributes = {"industry": "食品、冷链", "decision chain": "老板拍板"}
    wanted = wanted_by(("ERP",), attributes, {"食品", "冷链", "ERP"}, policy)
    assert wanted.weights == (("ERP", 1_000), ("食品", 1_000), ("冷链", 500))
    assert wanted.segment == "食品、冷链"
    assert wanted.matched_milli({"食品"}) == 1_000
