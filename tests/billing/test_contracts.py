"""A signed quote becomes one contract, and its order moves step by step."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import is_version_conflict
from chassis.pages import encode, filters_of
from saleloop.billing.v1 import billing_service_pb2 as pb
from services.billing.commands.copy_account import AccountState, copy_account
from services.billing.commands.start_contract import start_contract
from services.billing.documents import Contract
from services.billing.translate import signed_quote_from
from tests.billing.room import ADMIN, FINANCE, OWNER, STRANGER, SUCCESS, SUPERVISOR, Room, quote_signed, told


def until_it_fits(work: Callable[[], Contract]) -> Contract:
    """As the consumer does: repeat at once when another write won."""
    while True:
        try:
            return work()
        except Exception as error:
            if not is_version_conflict(error):
                raise


def test_the_contract_carries_the_quote_and_a_plan_that_adds_up(room: Room) -> None:
    signed = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
    contract = room.contract(room.start(100_001, ((3_333, 0), (3_333, 30), (3_334, 60)), sign_time=signed).id)
    assert contract.number == "C-2026-000001"
    assert (contract.quote_number, contract.quote_version) == ("Q-2026-000001", 2)
    assert [each.amount.amount_minor for each in contract.instalments] == [33_330, 33_330, 33_341]
    assert contract.instalments[1].due_time.ToDatetime(tzinfo=UTC) == datetime(2026, 4, 2, 16, tzinfo=UTC)
    assert contract.order.state == pb.ORDER_STATE_SCHEDULED
    assert [event["number"] for event in told("contract_started.v1")] == ["C-2026-000001"]


def test_a_second_delivery_of_the_signed_quote_changes_nothing(room: Room) -> None:
    event = quote_signed()
    first, second = (start_contract(signed_quote_from(event)) for _ in range(2))
    assert (first.id, first.number) == (second.id, second.number)
    assert Contract.collection().count_documents({}) == 1
    assert len(told("contract_started.v1")) == 1


def test_parallel_contracts_get_numbers_without_gap_and_doubled_deliveries_none(room: Room) -> None:
    events = [quote_signed(account_id=f"acc-{i % 3}") for i in range(8)] * 2
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda event: until_it_fits(lambda: start_contract(signed_quote_from(event))), events))
    year = started[0].number[2:6]
    assert sorted({each.number for each in started}) == [f"C-{year}-{i:06d}" for i in range(1, 9)]
    assert Contract.collection().count_documents({}) == 8


@pytest.mark.parametrize(
    "bad",
    [
        quote_signed(shares=((5_000, 0),)),
        quote_signed(shares=((10_000, -1),)),
        quote_signed(0),
        quote_signed(-5),
        quote_signed(2**63 - 1),
        quote_signed(currency="yuan"),
        quote_signed(sign_time=datetime(1900, 1, 1, tzinfo=UTC)),
        quote_signed(sign_time=datetime(9999, 1, 1, tzinfo=UTC)),
        quote_signed(account_id=" "),
    ],
)
def test_a_quote_that_no_contract_can_be_made_of_is_refused_as_a_value(room: Room, bad: object) -> None:
    with pytest.raises(ValueError, match=r"must|between|add up"):
        start_contract(signed_quote_from(bad))  # type: ignore[arg-type]  # parametrize loses the type
    assert Contract.collection().count_documents({}) == 0


def test_the_order_moves_to_its_acceptance_with_document(room: Room) -> None:
    contract_id = room.start().id
    ship = pb.ShipOrderRequest(contract_id=contract_id, tracking_reference="SF123")
    deliver = pb.DeliverOrderRequest(contract_id=contract_id)
    for _ in range(2):  # repeating a step changes nothing
        assert room.call("ShipOrder", ship, OWNER).contract.order.tracking_reference == "SF123"
    for _ in range(2):
        assert room.call("DeliverOrder", deliver, OWNER).contract.order.state == pb.ORDER_STATE_DELIVERED
    bare = pb.AcceptOrderRequest(contract_id=contract_id)
    assert room.refusal("AcceptOrder", bare, OWNER).reason == "ACCEPTANCE_DOCUMENT_MISSING"
    accept = pb.AcceptOrderRequest(contract_id=contract_id, acceptance_document="AC-7.pdf")
    for _ in range(2):
        assert room.call("AcceptOrder", accept, OWNER).contract.order.state == pb.ORDER_STATE_ACCEPTED
    moves = [event["order_state"] for event in told("order_moved.v1")]
    assert moves == ["ORDER_STATE_SHIPPED", "ORDER_STATE_DELIVERED", "ORDER_STATE_ACCEPTED"]


def test_a_refused_jump_says_where_the_order_stands(room: Room) -> None:
    refusal = room.refusal("DeliverOrder", pb.DeliverOrderRequest(contract_id=room.start().id), OWNER)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")
    assert refusal.metadata["order_state"] == "SCHEDULED"


def test_cash_on_delivery_falls_due_at_the_end_of_the_day_of_delivery(room: Room) -> None:
    contract_id = room.start(500, (), cash_on_delivery=True).id
    assert not room.contract(contract_id).instalments[0].HasField("due_time")
    room.call("ShipOrder", pb.ShipOrderRequest(contract_id=contract_id), OWNER)
    contract = room.call("DeliverOrder", pb.DeliverOrderRequest(contract_id=contract_id), OWNER).contract
    wait = contract.instalments[0].due_time.ToDatetime() - contract.order.deliver_time.ToDatetime()
    assert timedelta(0) < wait <= timedelta(days=1)


def test_only_those_in_whose_scope_it_lies_see_a_contract(room: Room) -> None:
    contract_id = room.start().id
    for caller in (OWNER, SUPERVISOR, FINANCE, SUCCESS):
        assert room.contract(contract_id, caller).id == contract_id
        assert len(room.call("ListContracts", pb.ListContractsRequest(), caller).contracts) == 1
    request = pb.GetContractRequest(contract_id=contract_id)
    assert room.refusal("GetContract", request, STRANGER).reason == "CONTRACT_NOT_FOUND"
    assert not room.call("ListContracts", pb.ListContractsRequest(), STRANGER).contracts
    assert room.refusal("GetContract", request, ADMIN).code == "PERMISSION_DENIED"
    move = pb.ShipOrderRequest(contract_id=contract_id)
    assert room.refusal("ShipOrder", move, STRANGER).reason == "CONTRACT_NOT_FOUND"


def test_a_caller_without_team_sees_no_contract_without_team(room: Room) -> None:
    event = quote_signed()
    event.team_id = ""
    start_contract(signed_quote_from(event))
    teamless = SUPERVISOR.__class__("boss-2", frozenset({"supervisor"}))
    assert not room.call("ListContracts", pb.ListContractsRequest(), teamless).contracts


def test_customer_success_sees_what_was_sold_but_not_for_how_much(room: Room) -> None:
    line = room.contract(room.start().id, SUCCESS).lines[0]
    assert (line.name, line.unit_price_minor, line.amount_minor) == ("净化器", 0, 0)


def test_pages_come_newest_first_and_complete(room: Room) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    numbers = [room.start(sign_time=start + timedelta(days=i // 2)).number for i in range(5)]
    seen: list[str] = []
    token = ""
    while token or not seen:
        answer = room.call("ListContracts", pb.ListContractsRequest(page_size=2, page_token=token))
        seen += [each.number for each in answer.contracts]
        token = answer.next_page_token
    assert sorted(seen) == numbers
    assert seen[0] == numbers[-1]


def test_a_new_owner_takes_over_what_belongs_to_the_account(room: Room) -> None:
    contract_id = room.start().id
    room.pay(5)
    copy_account(AccountState("acc-1", "江南贸易有限公司", STRANGER.subject, "t2", "west", version=4))
    copy_account(AccountState("acc-1", "an older name", OWNER.subject, "t1", "east", version=3))
    assert room.contract(contract_id, STRANGER).account_name == "江南贸易有限公司"
    assert room.refusal("GetContract", pb.GetContractRequest(contract_id=contract_id), OWNER).code == "NOT_FOUND"
    assert len(room.call("ListPayments", pb.ListPaymentsRequest(), STRANGER).payments) == 1
    assert room.start().owner_id == STRANGER.subject


@pytest.mark.parametrize("position", [("x", "y"), (1,), (10**30, "x"), (1, 2)])
def test_a_page_token_that_somebody_made_up_is_refused(room: Room, position: tuple[str | int, ...]) -> None:
    for rpc, request in (("ListContracts", pb.ListContractsRequest()), ("GetRadar", pb.GetRadarRequest())):
        request.page_token = encode(position, filters_of(request))
        assert room.refusal(rpc, request).reason == "PAGE_TOKEN_INVALID"
