"""A package for a customer who is still thinking."""

from datetime import timedelta
from typing import Any

from chassis.clocks import clock
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.commands import attention as commands
from services.leads.documents import NurtureRun, Opportunity
from services.leads.documents.nurture_run import STEP
from services.leads.domain.attention.nurture import StopCause
from tests.leads.attention_room import (
    ALICE,
    BOB,
    OTHER_BOSS,
    ask,
    open_account,
    open_opportunity,
    refused,
    signal,
    told,
)
from tests.leads.room import DIRECTOR, MARKETING, REGIONAL, SUPERVISOR, Room


def start(room: Room, account_id: str, **fields: str) -> pb.NurtureRun:
    request = pb.StartNurtureRequest(account_id=account_id, **fields)
    answer: pb.StartNurtureResponse = ask(room, "StartNurture", request, ALICE)
    return answer.nurture_run


def let_time_pass(run_id: str) -> NurtureRun:
    """What the timer does with the next deadline of a run."""
    run = NurtureRun.load(run_id)
    due_time = run.deadline(STEP)
    assert due_time is not None
    run.cancel(STEP)
    commands.hand_out_step(run, due_time)
    run.commit()
    return run


def package(**fields: Any) -> pb.NurturePackage:
    steps = [
        pb.NurtureStep(kind=pb.NURTURE_STEP_KIND_CASE, offset_days=1, texts={"zh": "案例", "en": "case"}),
        pb.NurtureStep(kind=pb.NURTURE_STEP_KIND_OFFER, offset_days=5, asset_id="offer-1"),
    ]
    given: dict[str, Any] = {"id": "short", "names": {"zh": "短", "en": "Short"}, "steps": steps}
    return pb.NurturePackage(**(given | fields))


def test_still_thinking_is_there_from_the_start_and_others_are_added(room: Room) -> None:
    listed = ask(room, "ListNurturePackages", pb.ListNurturePackagesRequest()).nurture_packages
    assert [each.id for each in listed] == ["still_thinking"]
    assert [step.kind for step in listed[0].steps] == [1, 2, 3]
    stored = ask(room, "PutNurturePackage", pb.PutNurturePackageRequest(nurture_package=package()), MARKETING)
    assert stored.nurture_package.version == 1
    listed = ask(room, "ListNurturePackages", pb.ListNurturePackagesRequest()).nurture_packages
    assert [each.id for each in listed] == ["short", "still_thinking"]


def test_steps_go_to_the_owner_one_after_the_other(room: Room) -> None:
    account_id = open_account()
    run = start(room, account_id)
    assert (run.state, run.package_id, run.owner_id) == (pb.NURTURE_RUN_STATE_RUNNING, "still_thinking", "alice")
    started = run.start_time.ToDatetime()
    assert run.next_step_time.ToDatetime() - started == timedelta(days=2)
    for _ in range(3):
        let_time_pass(run.id)
    steps = told("nurture_step_due.v1")
    assert [step["step_number"] for step in steps] == [1, 2, 3]
    assert {step["owner_id"] for step in steps} == {"alice"}
    assert all(step["texts"]["zh"] and step["texts"]["en"] for step in steps)
    (finished,) = ask(room, "ListNurtureRuns", pb.ListNurtureRunsRequest(), ALICE).nurture_runs
    assert (finished.state, finished.steps_due) == (pb.NURTURE_RUN_STATE_FINISHED, 3)
    assert finished.end_time.ToDatetime() - started == timedelta(days=14)


def test_one_package_runs_per_account_and_starting_it_again_changes_nothing(room: Room) -> None:
    account_id = open_account()
    run = start(room, account_id)
    assert start(room, account_id) == run
    ask(room, "PutNurturePackage", pb.PutNurturePackageRequest(nurture_package=package()), DIRECTOR)
    other = pb.StartNurtureRequest(account_id=account_id, package_id="short")
    assert refused(room, "StartNurture", other, ALICE).reason == "NURTURE_RUNNING"
    ask(room, "StopNurture", pb.StopNurtureRequest(nurture_run_id=run.id, why="bought"), ALICE)
    assert start(room, account_id, package_id="short").id != run.id


def test_a_changed_package_leaves_what_runs_alone(room: Room) -> None:
    account_id, later = open_account(), open_account()
    ask(room, "PutNurturePackage", pb.PutNurturePackageRequest(nurture_package=package()), DIRECTOR)
    run = start(room, account_id, package_id="short")
    shorter = package(steps=package().steps[:1], version=1)
    ask(room, "PutNurturePackage", pb.PutNurturePackageRequest(nurture_package=shorter), DIRECTOR)
    stale = refused(room, "PutNurturePackage", pb.PutNurturePackageRequest(nurture_package=shorter), DIRECTOR)
    assert stale.reason == "ATTENTION_DATA_CHANGED"
    (running,) = ask(room, "ListNurtureRuns", pb.ListNurtureRunsRequest(account_id=account_id), ALICE).nurture_runs
    assert running == run
    assert (len(running.steps), running.package_version) == (2, 1)
    new = start(room, later, package_id="short")
    assert (len(new.steps), new.package_version) == (1, 2)


def test_a_reply_stops_the_package(room: Room) -> None:
    account_id = open_account()
    run = start(room, account_id)
    signal(room, account_id, "open")
    assert NurtureRun.load(run.id).state == "running"
    signal(room, account_id, "reply", kind=pb.SIGNAL_KIND_MAIL_REPLIED)
    (stopped,) = ask(room, "ListNurtureRuns", pb.ListNurtureRunsRequest(), ALICE).nurture_runs
    assert (stopped.state, stopped.stop_cause) == (pb.NURTURE_RUN_STATE_STOPPED, "reply")
    assert not stopped.HasField("next_step_time")


def test_a_contact_stops_what_was_started_before_it(room: Room) -> None:
    account_id = open_account()
    run = start(room, account_id)
    commands.stop_nurture_of_account(account_id, StopCause.CONTACT, at=clock.now() - timedelta(hours=1))
    assert NurtureRun.load(run.id).state == "running"
    commands.stop_nurture_of_account(account_id, StopCause.CONTACT, at=clock.now())
    commands.stop_nurture_of_account(account_id, StopCause.CONTACT, at=clock.now())
    stopped = NurtureRun.load(run.id)
    assert (stopped.state, stopped.stop_cause, stopped.version) == ("stopped", "contact", 2)


def test_an_opportunity_that_moved_on_stops_the_package_at_its_next_step(room: Room) -> None:
    account_id = open_account()
    deal = open_opportunity(account_id)
    still = pb.StartNurtureRequest(opportunity_id=deal)
    run = ask(room, "StartNurture", still, ALICE).nurture_run
    let_time_pass(run.id)
    opportunity = Opportunity.load(deal)
    opportunity.stage_times = {**opportunity.stage_times, "proposal": clock.now() + timedelta(hours=1)}
    opportunity.commit()
    assert let_time_pass(run.id).stop_cause == "opportunity_moved"
    assert len(told("nurture_step_due.v1")) == 1


def test_a_run_is_started_for_a_lead_and_only_within_reach(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    run = ask(room, "StartNurture", pb.StartNurtureRequest(lead_id=lead.id), ALICE).nurture_run
    assert (run.account_id, run.lead_id) == (lead.account_id, lead.id)
    for caller, seen in ((ALICE, 1), (SUPERVISOR, 1), (REGIONAL, 1), (DIRECTOR, 1), (BOB, 0), (OTHER_BOSS, 0)):
        assert len(ask(room, "ListNurtureRuns", pb.ListNurtureRunsRequest(), caller).nurture_runs) == seen
    stop = pb.StopNurtureRequest(nurture_run_id=run.id, why="mine now")
    assert refused(room, "StopNurture", stop, BOB).reason == "NURTURE_RUN_NOT_FOUND"
    assert refused(room, "StartNurture", pb.StartNurtureRequest(account_id=lead.account_id), BOB).code == "NOT_FOUND"


def test_bad_input_is_refused_with_its_field(room: Room) -> None:
    account_id = open_account()
    both = pb.StartNurtureRequest(account_id=account_id, lead_id="x")
    assert refused(room, "StartNurture", both, ALICE).failure.violations[0].field == "account_id"
    unknown = pb.StartNurtureRequest(account_id=account_id, package_id="none")
    assert refused(room, "StartNurture", unknown, ALICE).reason == "NURTURE_PACKAGE_NOT_FOUND"
    run = start(room, account_id)
    silent = pb.StopNurtureRequest(nurture_run_id=run.id)
    assert refused(room, "StopNurture", silent, ALICE).failure.violations[0].field == "why"
    broken = package(steps=[pb.NurtureStep(kind=pb.NURTURE_STEP_KIND_CASE, offset_days=-1, asset_id="a")])
    put = pb.PutNurturePackageRequest(nurture_package=broken)
    wrong = refused(room, "PutNurturePackage", put, DIRECTOR).failure.violations[0].field
    assert wrong == "nurture_package.steps[0].offset_days"
