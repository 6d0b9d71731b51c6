"""How opportunities end: won, lost with playbook and won cases, reopened; what a fall of the win rate consists of."""

from datetime import datetime, timedelta
from fractions import Fraction

from chassis.clocks import clock
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.documents import Account, Opportunity, RefusedJump, Salesperson
from tests.leads.pipeline_room import (
    ALICE,
    account_of,
    arrive,
    ask,
    deal_events,
    opened,
    pipeline_told,
    refused,
    shown,
    surveyed,
    yuan,
)
from tests.leads.room import DIRECTOR, REGIONAL, SUPERVISOR, Room, salesperson


def lose(opportunity_id: str, reason: str = "price", **fields: str) -> pb.CloseLostRequest:
    return pb.CloseLostRequest(opportunity_id=opportunity_id, loss_reason=reason, **fields)


def outcomes(person: str) -> dict[str, dict[str, int]]:
    row = Salesperson.collection().find_one({"_id": person}) or {}
    found: dict[str, dict[str, int]] = row.get("outcomes", {})
    return found


def signed(room: Room, account_id: str) -> str:
    """An opportunity whose quote is signed."""
    opportunity_id = opened(room, account_id).id
    surveyed(room, opportunity_id)
    events = deal_events(account_id, clock.now() - timedelta(hours=2), f"quote-{opportunity_id}")
    for name in ("submitted", "signed"):
        arrive(events[name][0], at=clock.now())
    return opportunity_id


def test_a_deal_is_won_by_hand_only_with_a_signed_quote(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    unsigned = opened(room, account_id).id
    request = pb.CloseWonRequest(opportunity_id=unsigned, won_amount=yuan(10))
    refusal = refused(room, "CloseWon", request)
    assert (refusal.reason, refusal.failure.metadata["stage"]) == ("GATE_CLOSED", "contract")
    assert RefusedJump.collection().count_documents({"opportunity_id": unsigned, "by": "alice"}) == 1
    assert shown(room, unsigned).state == pb.OPPORTUNITY_STATE_OPEN
    ask(room, "CloseLost", lose(unsigned))
    opportunity_id = signed(room, account_id)
    won = ask(room, "CloseWon", pb.CloseWonRequest(opportunity_id=opportunity_id)).opportunity
    assert (won.state, won.stage, won.won_amount) == (
        pb.OPPORTUNITY_STATE_WON,
        pb.OPPORTUNITY_STAGE_CONTRACT,
        yuan(100_000),
    )
    assert ask(room, "CloseWon", pb.CloseWonRequest(opportunity_id=opportunity_id)).opportunity == won
    assert refused(room, "CloseLost", lose(opportunity_id)).reason == "OPPORTUNITY_CLOSED"
    assert outcomes("alice") == {"-": {"won": 1, "lost": 1}}


def test_a_lost_deal_needs_a_preset_reason_and_brings_its_playbook_and_won_cases(room: Room) -> None:
    room.hire("alice")
    room.hire("bob", team_id="t2")
    lead = account_of(room)
    Account.collection().update_one({"_id": lead.account_id}, {"$set": {"attributes": {"industry": "3.c 电子"}}})
    winner = signed(room, lead.account_id)
    ask(room, "UpdateOpportunity", pb.UpdateOpportunityRequest(opportunity_id=winner, competitor="金蝶"))
    ask(room, "CloseWon", pb.CloseWonRequest(opportunity_id=winner, note="showed the savings"))
    loser = opened(room, lead.account_id).id
    assert refused(room, "CloseLost", lose(loser, "because")).reason == "LOSS_REASON_UNKNOWN"
    assert refused(room, "CloseLost", lose(loser, "")).failure.violations[0].field == "loss_reason"
    answer = ask(room, "CloseLost", lose(loser, "competitor", competitor="金蝶", note="cheaper"))
    assert (answer.opportunity.state, answer.opportunity.lost_stage) == (
        pb.OPPORTUNITY_STATE_LOST,
        pb.OPPORTUNITY_STAGE_LEAD,
    )
    assert answer.loss_reason.code == "competitor"
    assert answer.loss_reason.playbook.steps[0].zh
    (case,) = answer.won_cases
    assert (case.opportunity_id, list(case.alike)) == (winner, ["competitor", "segment", "region"])
    assert case.close_note == "showed the savings"
    assert ask(room, "CloseLost", lose(loser, "competitor")).opportunity == answer.opportunity
    (told,) = pipeline_told("opportunity_lost.v1")
    assert (told["loss_reason"], told["why"], told["segment"]) == ("competitor", "cheaper", "3.c 电子")
    assert outcomes("alice") == {"3%2Ec 电子": {"won": 1, "lost": 1}}
    listing = pb.ListWonCasesRequest(opportunity_id=loser)
    assert len(ask(room, "ListWonCases", listing, SUPERVISOR).won_cases) == 1
    assert refused(room, "ListWonCases", listing, salesperson("bob")).reason == "OPPORTUNITY_NOT_FOUND"


def test_a_reopened_deal_says_why_and_goes_on_where_it_stood(room: Room) -> None:
    room.hire("alice")
    opportunity_id = opened(room, account_of(room).account_id).id
    request = pb.ReopenOpportunityRequest(opportunity_id=opportunity_id, why="the budget came after all")
    assert refused(room, "ReopenOpportunity", request).reason == "OPPORTUNITY_OPEN"
    ask(room, "CloseLost", lose(opportunity_id, "no_budget"))
    assert Opportunity.load(opportunity_id).deadlines == []
    silent = pb.ReopenOpportunityRequest(opportunity_id=opportunity_id)
    assert refused(room, "ReopenOpportunity", silent).failure.violations[0].field == "why"
    reopened = ask(room, "ReopenOpportunity", request).opportunity
    assert (reopened.state, reopened.loss_reason, reopened.HasField("close_time")) == (1, "", False)
    assert len(Opportunity.load(opportunity_id).deadlines) == 1
    assert outcomes("alice") == {"-": {"lost": 0}}


def test_loss_reasons_are_data(room: Room) -> None:
    room.hire("alice")
    listed = ask(room, "ListLossReasons", pb.ListLossReasonsRequest()).loss_reasons
    price = next(each for each in listed if each.code == "price")
    assert price.version == 0
    price.active = False
    changed = ask(room, "PutLossReason", pb.PutLossReasonRequest(loss_reason=price), DIRECTOR).loss_reason
    assert (changed.version, changed.active, changed.playbook) == (1, False, price.playbook)
    opportunity_id = opened(room, account_of(room).account_id).id
    assert refused(room, "CloseLost", lose(opportunity_id, "price")).reason == "LOSS_REASON_UNKNOWN"
    changed.version = 7
    stale = pb.PutLossReasonRequest(loss_reason=changed)
    assert refused(room, "PutLossReason", stale, DIRECTOR).reason == "LOSS_REASON_CHANGED"
    for wrong in (
        pb.LossReason(code="Bad Code", name_zh="x", name_en="x"),
        pb.LossReason(code="ok", name_zh="", name_en="x"),
        pb.LossReason(
            code="ok", name_zh="x", name_en="x", playbook=pb.LossPlaybook(steps=[pb.LossPlaybookStep(zh="x")])
        ),
    ):
        put = pb.PutLossReasonRequest(loss_reason=wrong)
        assert refused(room, "PutLossReason", put, DIRECTOR).code == "INVALID_ARGUMENT"
    new = pb.LossReason(code="quality", name_zh="质量", name_en="Quality", active=True)
    ask(room, "PutLossReason", pb.PutLossReasonRequest(loss_reason=new), DIRECTOR)
    assert "quality" in {each.code for each in ask(room, "ListLossReasons", pb.ListLossReasonsRequest()).loss_reasons}
    assert refused(room, "PutLossReason", pb.PutLossReasonRequest(loss_reason=new)).code == "PERMISSION_DENIED"


def closed(at: datetime, furthest: str, state: str, region: str = "east", owner: str = "alice") -> None:
    """An opportunity that ended at `at`, after having come as far as `furthest`."""
    stages = ("lead", "proposal", "quote", "contract", "payment")
    times = dict.fromkeys(stages[: stages.index(furthest) + 1], at)
    Opportunity(
        account_id="a",
        owner_id=owner,
        region=region,
        team_id="t1",
        state=state,
        stage=furthest,
        stage_times=times,
        create_time=at,
        update_time=at,
        close_time=at,
        loss_reason="price" if state == "lost" else "",
        lost_stage=furthest if state == "lost" else "",
    ).commit()


def test_a_fall_of_the_win_rate_is_traced_to_the_stage_that_lost_it(room: Room) -> None:
    room.hire("alice")
    now = clock.now().replace(microsecond=0)
    old, new = now - timedelta(days=45), now - timedelta(days=15)
    for furthest, state, before, after in (
        ("payment", "won", 4, 1),
        ("lead", "lost", 2, 2),
        ("quote", "lost", 2, 5),
        ("contract", "lost", 0, 0),
    ):
        for at, number in ((old, before), (new, after)):
            for _ in range(number):
                closed(at, furthest, state)
    for _ in range(9):
        closed(new, "lead", "lost", region="west", owner="wang")
    request = pb.ExplainWinRateRequest(region="east")
    request.before.start_time.FromDatetime(now - timedelta(days=60))
    request.before.end_time.FromDatetime(now - timedelta(days=30))
    request.after.start_time.FromDatetime(now - timedelta(days=30))
    request.after.end_time.FromDatetime(now)
    answer = ask(room, "ExplainWinRate", request, REGIONAL)
    assert (answer.before.closed, answer.before.won, answer.after.closed, answer.after.won) == (8, 4, 8, 1)
    assert (answer.change.value_bp, answer.worst_stage) == (-3750, pb.OPPORTUNITY_STAGE_QUOTE)
    parts = [Fraction(part.contribution.numerator, part.contribution.denominator) for part in answer.parts]
    assert sum(parts) == Fraction(-3, 8)
    assert len(answer.lost_opportunities) == 5
    assert {each.lost_stage for each in answer.lost_opportunities} == {pb.OPPORTUNITY_STAGE_QUOTE}
    assert answer.loss_reasons == {"price": 5}
    request.region = ""
    assert ask(room, "ExplainWinRate", request, SUPERVISOR) == answer
    assert ask(room, "ExplainWinRate", request, DIRECTOR).after.closed == 17
    request.region = "north"
    assert refused(room, "ExplainWinRate", request, DIRECTOR).reason == "NOTHING_TO_COMPARE"
    request.after.end_time.FromDatetime(now - timedelta(days=40))
    assert refused(room, "ExplainWinRate", request, DIRECTOR).failure.violations[0].field in ("before", "after")
    assert refused(room, "ExplainWinRate", pb.ExplainWinRateRequest(), DIRECTOR).code == "INVALID_ARGUMENT"
    assert refused(room, "ExplainWinRate", request, ALICE).code == "PERMISSION_DENIED"
