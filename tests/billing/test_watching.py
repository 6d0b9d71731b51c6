"""What time does: alarms, risk, customer success."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.clocks import clock
from chassis.documents import VersionConflict
from saleloop.billing.v1 import billing_service_pb2 as pb
from services.billing.commands.ledger import judge_risk
from services.billing.documents import AccountLedger, Contract
from tests.billing.room import OWNER, STRANGER, SUCCESS, Room, told

DAY = timedelta(days=1)


def due_time(contract: Contract, number: int = 1) -> datetime:
    moment = contract.instalments[number - 1].due_time
    assert moment is not None
    return moment


def alarms() -> list[tuple[int, str, int]]:
    return [
        (each["instalment_number"], each["radar_state"].removeprefix("RADAR_STATE_"), each.get("days_overdue", 0))
        for each in told("receivable_overdue.v1")
    ]


def open_tasks(room: Room) -> list[str]:
    return [each.kind for each in room.call("ListSuccessTasks", pb.ListSuccessTasksRequest(), SUCCESS).success_tasks]


def test_an_instalment_turns_yellow_on_day_3_and_red_on_day_7(room: Room) -> None:
    contract = room.start()
    room.pass_time(due_time(contract) - timedelta(seconds=1))
    assert alarms() == []
    room.pass_time(due_time(contract))
    room.pass_time(due_time(contract) + 3 * DAY)
    instalment = room.contract(contract.id).instalments[0]
    assert (instalment.radar_state, instalment.days_overdue) == (pb.RADAR_STATE_YELLOW, 3)
    room.pass_time(due_time(contract) + 7 * DAY)
    assert alarms() == [(1, "DUE", 0), (1, "YELLOW", 3), (1, "RED", 7)]
    assert room.contract(contract.id).instalments[0].radar_state == pb.RADAR_STATE_RED


def test_the_alarms_of_a_month_come_once_each_and_by_instalment(room: Room) -> None:
    room.start()
    room.pass_time(clock.now() + 60 * DAY)
    assert alarms() == [(number, state, days) for number in (1, 2) for state, days in _STEPS]


_STEPS = (("DUE", 0), ("YELLOW", 3), ("RED", 7))


def test_a_paid_instalment_raises_no_alarm(room: Room) -> None:
    contract = room.start()
    room.pay(600_000)
    room.pass_time(due_time(contract, 2) - timedelta(seconds=1))
    assert alarms() == []
    assert Contract.load(contract.id).deadline("radar") == due_time(contract, 2)


def test_red_puts_the_account_into_the_high_risk_group_and_payment_takes_it_out(room: Room) -> None:
    first, second = room.start(shares=((10_000, 10),)), room.start(shares=((10_000, 11),))
    room.pass_time(due_time(first) + 6 * DAY)
    assert told("account_risk_changed.v1") == []
    room.pass_time(due_time(second) + 7 * DAY)
    room.pay(1_000_000, first.number)
    assert AccountLedger.load("acc-1").is_high_risk  # the second one is still red
    room.pay(1_000_000, second.number)
    changes = told("account_risk_changed.v1")
    assert [(each.get("is_high_risk", False), each["version"]) for each in changes] == [(True, "1"), (False, "2")]


def test_settling_a_late_instalment_starts_customer_success(room: Room) -> None:
    contract = room.start()
    room.pass_time(due_time(contract) + 7 * DAY)
    assert open_tasks(room) == []
    room.pay(600_000, contract.number)
    assert open_tasks(room) == ["payment_follow_up"]
    (told_task,) = told("success_task_opened.v1")
    assert told_task["contract_id"] == contract.id


def test_a_payment_in_time_of_a_first_instalment_starts_nothing(room: Room) -> None:
    contract = room.start()
    room.pay(600_000)
    room.pass_time(due_time(contract))
    assert open_tasks(room) == []


def test_the_last_payment_starts_a_follow_up_and_makes_the_problem_check_needless(room: Room) -> None:
    contract = room.start()
    room.pay(1_000_000)
    room.pass_time(due_time(contract, 2) + DAY)
    assert open_tasks(room) == ["payment_follow_up"]


def test_a_satisfaction_call_is_due_a_week_after_delivery_and_a_check_before_the_term_ends(room: Room) -> None:
    contract = room.start(shares=((10_000, 30),))
    room.call("ShipOrder", pb.ShipOrderRequest(contract_id=contract.id), OWNER)
    room.call("DeliverOrder", pb.DeliverOrderRequest(contract_id=contract.id), OWNER)
    delivered = Contract.load(contract.id).deliver_time
    assert delivered is not None
    room.pass_time(delivered + 7 * DAY - timedelta(seconds=1))
    assert open_tasks(room) == []
    room.pass_time(delivered + 7 * DAY)
    assert open_tasks(room) == ["satisfaction_call"]
    room.pass_time(due_time(contract) - 5 * DAY)
    assert open_tasks(room) == ["problem_check", "satisfaction_call"]


def test_a_task_is_done_with_evidence_and_only_once(room: Room) -> None:
    room.start()
    room.pay(1_000_000)
    (task,) = room.call("ListSuccessTasks", pb.ListSuccessTasksRequest(), OWNER).success_tasks
    bare = pb.CompleteSuccessTaskRequest(task_id=task.id)
    assert room.refusal("CompleteSuccessTask", bare, SUCCESS).reason == "EVIDENCE_MISSING"
    done = pb.CompleteSuccessTaskRequest(task_id=task.id, evidence="电话回访：满意")
    for _ in range(2):
        answer = room.call("CompleteSuccessTask", done, SUCCESS).success_task
        assert (answer.state, answer.evidence) == (pb.SUCCESS_TASK_STATE_DONE, "电话回访：满意")
    other = pb.CompleteSuccessTaskRequest(task_id=task.id, evidence="something else")
    assert room.refusal("CompleteSuccessTask", other, SUCCESS).reason == "WRONG_STATE"
    assert room.refusal("CompleteSuccessTask", done, STRANGER).reason == "TASK_NOT_FOUND"
    assert [each["is_in_time"] for each in told("success_task_completed.v1")] == [True]


def test_a_planned_task_is_nobodys_yet(room: Room) -> None:
    contract = room.start()
    (planned,) = contract.collection().database["success_tasks"].find()
    request = pb.CompleteSuccessTaskRequest(task_id=planned["_id"], evidence="early")
    assert room.refusal("CompleteSuccessTask", request, SUCCESS).reason == "TASK_NOT_FOUND"


def test_the_radar_shows_what_is_owed_and_its_buckets_add_up(room: Room) -> None:
    contract = room.start()
    room.start(300, ((10_000, 5),), account_id="acc-2")
    room.pass_time(due_time(contract) + 3 * DAY)
    room.pay(100_000, contract.number)
    radar = room.call("GetRadar", pb.GetRadarRequest(), OWNER)
    rows = [(each.account_id, each.outstanding.amount_minor, each.radar_state) for each in radar.receivables]
    assert rows == [
        ("acc-2", 300, pb.RADAR_STATE_RED),
        ("acc-1", 500_000, pb.RADAR_STATE_YELLOW),
        ("acc-1", 400_000, pb.RADAR_STATE_OPEN),
    ]
    buckets = {each.name: each.outstanding.amount_minor for each in radar.buckets if each.receivables}
    assert buckets == {"not_due": 400_000, "3-6": 500_000, "7-30": 300}
    assert radar.outstanding.amount_minor == sum(buckets.values())
    assert radar.business_time.ToDatetime(tzinfo=UTC) >= due_time(contract) + 3 * DAY
    assert not room.call("GetRadar", pb.GetRadarRequest(), STRANGER).receivables


@pytest.mark.parametrize("size", [1, 2])
def test_the_radar_can_be_filtered_and_paged_while_its_buckets_stay_whole(room: Room, size: int) -> None:
    contract = room.start()
    room.start(currency="USD", account_id="acc-2")
    room.pass_time(due_time(contract) + 8 * DAY)
    seen: list[str] = []
    token = ""
    while token or not seen:
        request = pb.GetRadarRequest(radar_state=pb.RADAR_STATE_RED, page_size=size, page_token=token)
        radar = room.call("GetRadar", request)
        assert [(s.currency_code, s.amount_minor) for s in radar.outstanding_by_currency] == [
            ("CNY", 1_000_000),
            ("USD", 1_000_000),
        ]
        seen += [each.account_id for each in radar.receivables]
        token = radar.next_page_token
    assert sorted(seen) == ["acc-1", "acc-2"]
    bad = pb.GetRadarRequest(radar_state=99)  # type: ignore[arg-type]  # no such state, on purpose
    assert room.refusal("GetRadar", bad).code == "INVALID_ARGUMENT"


def test_two_judgements_of_one_account_never_overlap(room: Room) -> None:
    AccountLedger(id="judged-twice").commit()
    one, other = (AccountLedger.load("judged-twice") for _ in range(2))
    for ledger in (one, other):
        judge_risk(ledger, [], clock.now())  # finds the account as it is: nothing but the turn changes
    one.commit()
    with pytest.raises(VersionConflict):
        other.commit()
