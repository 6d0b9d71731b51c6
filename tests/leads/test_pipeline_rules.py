"""The rules of the pipeline: gates, which deal an event belongs to, evidence, links, what a fall consists of."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.pipeline.belonging import Deal, DealFacts, Happening, Told, facts_by_deal
from services.leads.domain.pipeline.errors import EvidenceMissing, GateClosed, NothingToCompare, ProposalLinkInvalid
from services.leads.domain.pipeline.evidence import EvidenceKind, require_delivered
from services.leads.domain.pipeline.gates import GATES, GateFacts, Need, missing_for, require_open_gate, stage_within
from services.leads.domain.pipeline.loss_reasons import PRESETS, check_loss_reason
from services.leads.domain.pipeline.proposal_link import make_token, read_token
from services.leads.domain.pipeline.stages import STAGES, Stage, is_before, stages_up_to
from services.leads.domain.pipeline.win_rate import LOSING_STAGES, ClosedDeal, explain_change, passages

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
GATE_FACTS = st.builds(
    GateFacts,
    has_needs=st.booleans(),
    has_budget=st.booleans(),
    has_decision_chain=st.booleans(),
    has_signed_quote=st.booleans(),
    has_acceptance=st.booleans(),
)
DEALS = st.lists(st.builds(ClosedDeal, st.booleans(), st.sampled_from(STAGES)), min_size=1, max_size=40)


@given(GATE_FACTS, st.sampled_from(STAGES))
@settings(deadline=None)
def test_a_gate_asks_for_everything_on_the_way(facts: GateFacts, stage: Stage) -> None:
    missing = missing_for(stage, facts)
    assert all(not facts.meets(need) for need in missing)
    asked = {need for passed in stages_up_to(stage) for need in GATES[passed]}
    assert set(missing) == {need for need in asked if not facts.meets(need)}


@given(GATE_FACTS, st.sampled_from(STAGES), st.sampled_from(STAGES))
@settings(deadline=None)
def test_nothing_goes_past_a_closed_gate(facts: GateFacts, current: Stage, wanted: Stage) -> None:
    reached = stage_within(current, wanted, facts)
    assert not missing_for(reached, facts)
    assert not is_before(max((current, wanted), key=STAGES.index), reached)


def test_a_refusal_names_what_is_missing_in_both_languages() -> None:
    with pytest.raises(GateClosed) as refused:
        require_open_gate(Stage.CONTRACT, GateFacts(has_needs=True, has_budget=True))
    assert refused.value.metadata["missing"] == "decision_chain,signed_quote"
    assert "决策链" in refused.value.metadata["missing_zh"]
    assert "a signed quote" in refused.value.metadata["missing_en"]
    assert {need for gate in GATES.values() for need in gate} == set(Need)


def happening(told: Told, hours: float, number: int = 0, **fields: object) -> Happening:
    return Happening(
        id=f"{told}-{hours}-{number}",
        told=told,
        time=START + timedelta(hours=hours),
        **fields,  # type: ignore[arg-type]  # a shorthand
    )


STORY = (
    happening(Told.QUOTE_SUBMITTED, 1, quote_id="q1", amount_minor=900),
    happening(Told.QUOTE_SUBMITTED, 2, quote_id="q1", amount_minor=1_000),
    happening(Told.QUOTE_SIGNED, 30, quote_id="q1", amount_minor=1_000),
    happening(Told.CONTRACT_STARTED, 31, quote_id="q1", contract_id="c1"),
    happening(Told.ORDER_ACCEPTED, 40, contract_id="c1"),
    happening(Told.PAYMENT_RECORDED, 41, amount_minor=1_000),
    happening(Told.QUOTE_SUBMITTED, 25, quote_id="q2", amount_minor=500),
    happening(Told.QUOTE_SIGNED, 35, quote_id="q2", amount_minor=500),
    happening(Told.PAYMENT_RECORDED, 42, amount_minor=200),
)


@given(st.permutations(STORY), st.permutations([Deal("d1", START), Deal("d2", START + timedelta(hours=24))]))
@settings(deadline=None)
def test_events_in_any_order_and_twice_tell_the_same(story: list[Happening], deals: list[Deal]) -> None:
    facts = facts_by_deal(deals, [*story, *story[:4]])
    assert facts["d1"].signed_minor == facts["d1"].paid_minor == 1_000
    assert facts["d1"].first_quote_time == START + timedelta(hours=1)
    assert facts["d1"].accept_time == START + timedelta(hours=40)
    # Signed after the second deal was opened, the first quote still belongs to the first.
    assert (facts["d2"].signed_minor, facts["d2"].paid_minor, facts["d2"].accept_time) == (500, 200, None)


def test_a_quote_before_the_first_deal_belongs_to_the_one_opened_soon_after() -> None:
    quote = happening(Told.QUOTE_SUBMITTED, 0, quote_id="q", amount_minor=1)
    soon, late = Deal("d", START + timedelta(days=29)), Deal("d", START + timedelta(days=31))
    assert facts_by_deal([soon], [quote])["d"].first_quote_time == START
    assert facts_by_deal([late], [quote])["d"] == DealFacts()


def test_a_closed_deal_gets_no_later_quote() -> None:
    closed = Deal("old", START, START + timedelta(hours=5))
    quote = happening(Told.QUOTE_SUBMITTED, 6, quote_id="q")
    assert facts_by_deal([closed], [quote])["old"] == DealFacts()
    assert facts_by_deal([closed, Deal("new", START + timedelta(hours=5))], [quote])["new"].first_quote_time


def test_what_belongs_to_no_deal_is_left_alone() -> None:
    assert facts_by_deal([], STORY) == {}
    unsigned = happening(Told.PAYMENT_RECORDED, 1, amount_minor=5)
    unknown = happening(Told.ORDER_ACCEPTED, 1, contract_id="elsewhere")
    assert facts_by_deal([Deal("d", START)], [unsigned, unknown])["d"] == DealFacts()


@given(st.sets(st.sampled_from(list(EvidenceKind))))
def test_a_proposal_is_delivered_with_two_of_three(kinds: set[EvidenceKind]) -> None:
    if len(kinds) >= 2:
        require_delivered({kind.value for kind in kinds})
        return
    with pytest.raises(EvidenceMissing) as refused:
        require_delivered({kind.value for kind in kinds})
    assert set(refused.value.metadata["missing"].split(",")) == set(EvidenceKind) - kinds
    assert refused.value.metadata["needed"] == str(2 - len(kinds))


@given(st.binary(min_size=32, max_size=32), st.integers(0, 77), st.characters(codec="ascii", categories=["L", "N"]))
@settings(deadline=None)
def test_a_link_that_was_altered_leads_nowhere(key: bytes, place: int, other: str) -> None:
    proposal_id = "01HZZZZZZZZZZZZZZZZZZZZZZZ"
    token = make_token(proposal_id, key)
    assert read_token(token, key) == proposal_id
    altered = token[:place] + other + token[place + 1 :]
    for wrong in (token[:-1], "", "é" * 78, *([altered] if altered != token else [])):
        with pytest.raises(ProposalLinkInvalid):
            read_token(wrong, key)
    with pytest.raises(ProposalLinkInvalid):
        read_token(token, bytes(32) if key != bytes(32) else b"1" * 32)


@given(DEALS, DEALS)
@settings(deadline=None)
def test_the_parts_of_the_stages_add_up_to_the_change_exactly(
    before: list[ClosedDeal], after: list[ClosedDeal]
) -> None:
    found = explain_change(before, after)
    assert found.rate_before == Fraction(sum(deal.is_won for deal in before), len(before))
    assert found.rate_after == Fraction(sum(deal.is_won for deal in after), len(after))
    assert sum(found.parts.values()) == found.change
    if found.worst_stage is not None:
        assert found.parts[found.worst_stage] == min(found.parts.values()) < 0
    else:
        assert found.change >= 0


@given(DEALS, DEALS)
@settings(deadline=None, max_examples=30)
def test_a_part_is_the_average_over_all_orders_of_change(before: list[ClosedDeal], after: list[ClosedDeal]) -> None:
    first, second = passages(before), passages(after)
    if any(not each[stage].reached for each in (first, second) for stage in LOSING_STAGES):
        return
    sums = dict.fromkeys(LOSING_STAGES, Fraction(0))
    orders = list(permutations(LOSING_STAGES))
    for order in orders:
        rates = {stage: Fraction(first[stage].went_on, first[stage].reached) for stage in LOSING_STAGES}
        for stage in order:
            was = _product(rates)
            rates[stage] = Fraction(second[stage].went_on, second[stage].reached)
            sums[stage] += _product(rates) - was
    assert explain_change(before, after).parts == {stage: total / len(orders) for stage, total in sums.items()}


def _product(rates: dict[Stage, Fraction]) -> Fraction:
    product = Fraction(1)
    for rate in rates.values():
        product *= rate
    return product


def test_the_stage_that_lost_is_named() -> None:
    won = [ClosedDeal(True, Stage.PAYMENT)] * 5
    before = [*won, *[ClosedDeal(False, Stage.LEAD)] * 5]
    after = [*won[:2], *[ClosedDeal(False, Stage.LEAD)] * 5, *[ClosedDeal(False, Stage.QUOTE)] * 3]
    found = explain_change(before, after)
    assert found.worst_stage is Stage.QUOTE
    assert (found.change, found.parts[Stage.QUOTE]) == (Fraction(-3, 10), Fraction(-3, 10))
    with pytest.raises(NothingToCompare):
        explain_change([], after)


def test_every_preset_reason_can_be_kept_and_has_a_playbook() -> None:
    for preset in PRESETS:
        assert check_loss_reason(preset) == preset
        assert preset.text_zh
        assert preset.steps
