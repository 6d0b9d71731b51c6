"""The real rpc and worker processes: deadlines and events of attention, each once."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from saleloop.billing.v1 import events_pb2 as billing
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.events_pb2 import LeadContacted, LeadCreated
from saleloop.leads.v1.pipeline_events_pb2 import ProposalOpened
from saleloop.leads.v1.visits_events_pb2 import VisitRecorded
from saleloop.type.v1.money_pb2 import Money
from tests.leads.attention_room import ALICE, ask
from tests.leads.processes import Processes
from tests.leads.room import DIRECTOR


def account_of_alice(processes: Processes) -> str:
    """An account that came into being with its first lead."""
    person = PersonChanged(
        person_id="alice", name="Alice", team_id="t1", region="east", roles=["salesperson"], active=True, version=1
    )
    processes.publish("gateway", person)
    processes.wait_for(lambda: processes.database["salespeople"].find_one({"_id": "alice"}), "the copy")
    lead = processes.room.create()
    processes.publish("leads", LeadCreated(lead_id=lead.id))
    account: Any = processes.wait_for(lambda: processes.database["accounts"].find_one({}), "the account")
    return str(account["_id"])


def now() -> Timestamp:
    message = Timestamp()
    message.FromDatetime(datetime.now(UTC))
    return message


def test_steps_and_silences_come_once_with_two_workers(processes: Processes) -> None:
    account_id = account_of_alice(processes)
    room = processes.room
    for number in range(3):
        slow = pb.RecordEngagementRequest(
            signal_id=f"s{number}", account_id=account_id, kind=pb.SIGNAL_KIND_ANSWERED, answer_minutes=5_000
        )
        ask(room, "RecordEngagement", slow, ALICE)
    ask(room, "StartNurture", pb.StartNurtureRequest(account_id=account_id), ALICE)

    processes.move_clock(timedelta(days=8))
    processes.wait_for(lambda: processes.queued("notify.tell_account_silent") == 1, "the alarm")
    processes.wait_for(lambda: processes.queued("notify.tell_nurture_step_due") == 2, "two steps")
    time.sleep(1)  # whatever would come twice has come by then
    assert processes.queued("notify.tell_account_silent") == 1
    assert processes.queued("notify.tell_nurture_step_due") == 2
    (at_risk,) = ask(room, "ListAccountsAtRisk", pb.ListAccountsAtRiskRequest(), ALICE).accounts_at_risk
    assert "silence" in [cause.cause for cause in at_risk.causes]

    processes.publish("leads", LeadContacted(account_id=account_id, owner_id="alice"))
    runs = processes.database["nurture_runs"]
    processes.wait_for(lambda: runs.count_documents({"state": "stopped", "stop_cause": "contact"}) == 1, "the stop")
    processes.move_clock(timedelta(days=30))
    time.sleep(1)
    assert processes.queued("notify.tell_nurture_step_due") == 2
    assert processes.queued("leads.parked") == 0


def test_what_others_tell_is_taken_in_once(processes: Processes) -> None:
    account_id = account_of_alice(processes)
    place: dict[str, Any] = {"account_id": account_id, "owner_id": "alice"}
    processes.publish(
        "leads",
        ProposalOpened(proposal_id="p1", open_time=now(), **place),
        VisitRecorded(visit_id="v1", voice_sentence="价格太贵", visit_time=now(), **place),
    )
    processes.publish(
        "billing",
        billing.ReceivableOverdue(contract_id="c1", instalment_number=1, due_time=now(), **place),
        billing.ReceivableSettled(contract_id="c1", instalment_number=2, **place),
        billing.AccountRiskChanged(account_id=account_id, is_high_risk=True, version=3),
        billing.ContractStarted(contract_id="c1", total=Money(currency_code="CNY", amount_minor=900), **place),
    )
    database = processes.database
    processes.wait_for(lambda: database["voices"].count_documents({}) == 1, "the voice")
    processes.wait_for(lambda: database["engagement_signals"].count_documents({}) == 1, "the signal")

    def money() -> dict[str, Any]:
        return database["account_money_risks"].find_one({"_id": account_id}) or {}

    processes.wait_for(lambda: money().get("is_high_risk") and money()["overdue"] and money()["purchases"], "the money")
    time.sleep(1)  # whatever would come twice has come by then
    assert list(money()["overdue"]) == ["c1:1"]
    assert list(money()["purchases"].values()) == [900]
    assert database["engagement_signals"].count_documents({}) == 1
    assert database["voices"].count_documents({}) == 1
    (at_risk,) = ask(processes.room, "ListAccountsAtRisk", pb.ListAccountsAtRiskRequest(), ALICE).accounts_at_risk
    assert {cause.cause for cause in at_risk.causes} == {"receivable_overdue", "high_risk", "negative_voice"}
    assert processes.queued("leads.parked") == 0


def test_a_director_is_reminded_once_a_week(processes: Processes) -> None:
    director = PersonChanged(person_id="director", roles=["director"], active=True, version=1)
    processes.publish("gateway", director)
    reminders = processes.database["weekly_reminders"]
    processes.wait_for(lambda: reminders.find_one({"_id": "director"}), "the reminder")
    account_id = account_of_alice(processes)
    problem = pb.AddVoiceRequest(account_id=account_id, sentence="交货太慢")
    ask(processes.room, "AddVoice", problem, ALICE)
    assert len(ask(processes.room, "GetWeeklyThree", pb.GetWeeklyThreeRequest(), DIRECTOR).weekly_three.items) == 1
    processes.move_clock(timedelta(days=7))
    processes.wait_for(lambda: processes.queued("notify.tell_weekly_three_left") == 1, "the first reminder")
    processes.move_clock(timedelta(days=14))
    processes.wait_for(lambda: processes.queued("notify.tell_weekly_three_left") == 2, "the second reminder")
    time.sleep(1)  # whatever would come twice has come by then
    assert processes.queued("notify.tell_weekly_three_left") == 2
