"""Payments and invoices on a real ledger."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.rpc_client import RemoteError
from saleloop.billing.v1 import billing_service_pb2 as pb
from saleloop.type.v1.money_pb2 import Money
from services.billing.documents import Contract, Payment
from services.billing.messages import timestamp
from tests.billing.room import FINANCE, OWNER, STRANGER, Room, cny, payment, told


def paid(room: Room, contract_id: str) -> list[int]:
    return [each.paid.amount_minor for each in room.contract(contract_id).instalments]


def test_a_payment_goes_to_the_contract_it_names_and_the_rest_to_the_oldest(room: Room) -> None:
    older, newer = room.start(100, ((10_000, 5),)), room.start(100, ((10_000, 50),))
    taken = room.pay(150, f"货款{newer.number}")
    assert [(each.contract_id, each.rule) for each in taken.allocations] == [
        (newer.id, "reference"),
        (older.id, "oldest_first"),
    ]
    assert (paid(room, newer.id), paid(room, older.id)) == ([100], [50])


def test_an_invoice_number_names_its_instalment(room: Room) -> None:
    contract = room.start(1_000)
    room.invoice(contract.id, 2, 400, "FP-20260301")
    room.pay(300, "invoice fp-20260301")
    assert paid(room, contract.id) == [0, 300]


def test_a_payment_larger_than_the_debt_is_taken_and_the_excess_stays_unapplied(room: Room) -> None:
    contract = room.start(1_000)
    taken = room.pay(1_250)
    assert (taken.unapplied.amount_minor, paid(room, contract.id)) == (250, [600, 400])
    assert room.call("GetPayment", pb.GetPaymentRequest(payment_id=taken.id)).payment == taken
    assert told("payment_recorded.v1")[0]["unapplied"]["amount_minor"] == "250"
    assert [each["instalment_number"] for each in told("receivable_settled.v1")] == [1, 2]


def test_the_same_bank_reference_twice_changes_nothing(room: Room) -> None:
    contract = room.start(1_000)
    request = payment(100, bank_reference="ICBC-1", request_id="r-1")
    first, second = (room.call("RecordPayment", request).payment for _ in range(2))
    assert first == second
    assert paid(room, contract.id) == [100, 0]
    assert len(told("payment_recorded.v1")) == 1


@pytest.mark.parametrize("change", [{"amount": cny(101)}, {"remittance_text": "other"}, {"account_id": "acc-2"}])
def test_the_same_bank_reference_with_other_content_is_refused(room: Room, change: dict[str, object]) -> None:
    room.start(1_000)
    room.pay(100, bank_reference="ICBC-1")
    other = payment(100, bank_reference="ICBC-1")
    for name, value in change.items():
        getattr(other, name).CopyFrom(value) if name == "amount" else setattr(other, name, value)
    refusal = room.refusal("RecordPayment", other)
    assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "REFERENCE_REUSED")


def test_a_request_id_makes_one_payment_only(room: Room) -> None:
    room.start(1_000)
    room.pay(100, request_id="r-1")
    assert room.refusal("RecordPayment", payment(100, request_id="r-1")).reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"amount": cny(0)}, "amount"),
        ({"amount": cny(-1)}, "amount"),
        ({"amount": cny(2**63 - 1)}, "amount"),
        ({"amount": Money(currency_code="rmb", amount_minor=1)}, "amount"),
        ({"amount": None}, "amount"),
        ({"bank_reference": "  "}, "bank_reference"),
        ({"bank_reference": "x" * 65}, "bank_reference"),
        ({"remittance_text": "\x1b[2J"}, "remittance_text"),
        ({"receive_time": timestamp(datetime(1900, 1, 1, tzinfo=UTC))}, "receive_time"),
        ({"receive_time": timestamp(datetime(9999, 12, 31, tzinfo=UTC))}, "receive_time"),
        ({"receive_time": timestamp(datetime.now(UTC) + timedelta(days=2))}, "receive_time"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_by_field(room: Room, wrong: dict[str, Any], path: str) -> None:
    room.start(1_000)
    refusal = room.refusal("RecordPayment", payment(1, **wrong))
    assert refusal.code == "INVALID_ARGUMENT"
    assert [each.field for each in refusal.violations] == [path]
    assert Payment.collection().count_documents({}) == 0


def test_a_payment_in_another_currency_or_of_a_stranger_is_refused(room: Room) -> None:
    room.start(1_000)
    dollars = payment(1, amount=Money(currency_code="USD", amount_minor=1))
    assert room.refusal("RecordPayment", dollars).reason == "CURRENCY_MISMATCH"
    assert room.refusal("RecordPayment", payment(1, account_id="nobody")).reason == "ACCOUNT_NOT_FOUND"
    assert room.refusal("RecordPayment", payment(1), OWNER).code == "PERMISSION_DENIED"


def test_parallel_payments_never_allocate_the_same_debt_twice(room: Room) -> None:
    contract = room.start(1_000)
    requests = [payment(300) for _ in range(6)]

    def pay(request: pb.RecordPaymentRequest) -> pb.Payment:
        while True:
            try:
                answer: pb.RecordPaymentResponse = room.call("RecordPayment", request)
                return answer.payment
            except RemoteError as error:  # the rivals were faster three times in a row
                assert error.code == "ABORTED"  # noqa: PT017  # anything else fails the test

    with ThreadPoolExecutor(6) as pool:
        payments = list(pool.map(pay, requests))
    assert sum(each.unapplied.amount_minor for each in payments) == 800
    given = [part for each in payments for part in each.allocations]
    assert sum(part.amount.amount_minor for part in given) == 1_000
    assert paid(room, contract.id) == [600, 400]
    assert Contract.load(contract.id).is_paid


def test_the_same_transfer_by_two_clerks_at_once_is_booked_once(room: Room) -> None:
    room.start(1_000)
    request = payment(300)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: room.call("RecordPayment", request).payment, range(4)))
    assert len({each.id for each in answers}) == 1
    assert Payment.collection().count_documents({}) == 1


def test_an_invoice_beyond_its_instalment_is_refused_with_the_difference(room: Room) -> None:
    contract = room.start(1_000)
    room.invoice(contract.id, 1, 500, "FP-1")
    request = pb.CreateInvoiceRequest(contract_id=contract.id, instalment_number=1, number="FP-2", amount=cny(101))
    refusal = room.refusal("CreateInvoice", request)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "INVOICE_EXCEEDS_CONTRACT")
    assert refusal.metadata["difference_minor"] == "1"
    request.amount.currency_code = "USD"
    assert room.refusal("CreateInvoice", request).reason == "CURRENCY_MISMATCH"


def test_an_invoice_beyond_the_whole_contract_is_refused(room: Room) -> None:
    contract = room.start(1_000)
    room.invoice(contract.id, 0, 700, "FP-1")
    request = pb.CreateInvoiceRequest(contract_id=contract.id, instalment_number=2, number="FP-2", amount=cny(400))
    assert room.refusal("CreateInvoice", request).metadata["difference_minor"] == "100"


def test_an_invoice_number_twice_changes_nothing_and_with_other_content_is_refused(room: Room) -> None:
    contract = room.start(1_000)
    assert room.invoice(contract.id, 1, 600, "FP-1") == room.invoice(contract.id, 1, 600, "FP-1")
    other = pb.CreateInvoiceRequest(contract_id=contract.id, instalment_number=2, number="FP-1", amount=cny(400))
    assert room.refusal("CreateInvoice", other).reason == "REFERENCE_REUSED"
    assert [each.number for each in room.call("ListInvoices", pb.ListInvoicesRequest()).invoices] == ["FP-1"]
    assert len(told("invoice_issued.v1")) == 1


def test_parallel_invoices_stay_within_the_contract(room: Room) -> None:
    contract = room.start(1_000, ((10_000, 5),))

    def issue(number: int) -> str:
        request = pb.CreateInvoiceRequest(
            contract_id=contract.id, instalment_number=1, number=f"FP-{number}", amount=cny(400)
        )
        try:
            room.call("CreateInvoice", request)
        except RemoteError as error:
            return error.reason
        return "issued"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(issue, range(4)))
    assert outcomes.count("issued") <= 2
    assert room.call("GetMatch", pb.GetMatchRequest(contract_id=contract.id)).invoiced.amount_minor <= 1_000


@pytest.mark.parametrize("number", [-1, 3])
def test_an_instalment_that_is_not_there_is_refused(room: Room, number: int) -> None:
    request = pb.CreateInvoiceRequest(
        contract_id=room.start().id, instalment_number=number, number="FP-1", amount=cny(1)
    )
    assert [each.field for each in room.refusal("CreateInvoice", request).violations] == ["instalment_number"]


def test_contract_invoices_and_payments_are_matched(room: Room) -> None:
    contract = room.start(1_000_000)

    def state() -> tuple[str, int, list[str]]:
        answer = room.call("GetMatch", pb.GetMatchRequest(contract_id=contract.id))
        name = pb.MatchState.Name(answer.state).removeprefix("MATCH_STATE_")
        return name, answer.difference.amount_minor, list(answer.missing_documents)

    everything = ["invoice:1", "invoice:2", "payment:1", "payment:2", "acceptance_document"]
    assert state() == ("DOCUMENT_MISSING", 0, everything)
    room.invoice(contract.id, 1, 600_000, "FP-1")
    room.pay(549_999)
    assert state()[:2] == ("AMOUNT_DIFFERS", 50_001)
    room.pay(450_001)
    room.invoice(contract.id, 2, 400_000, "FP-2")
    assert state() == ("DOCUMENT_MISSING", 0, ["acceptance_document"])
    room.call("ShipOrder", pb.ShipOrderRequest(contract_id=contract.id), OWNER)
    room.call("DeliverOrder", pb.DeliverOrderRequest(contract_id=contract.id), OWNER)
    accept = pb.AcceptOrderRequest(contract_id=contract.id, acceptance_document="AC-1")
    assert room.call("AcceptOrder", accept, OWNER).contract.state == pb.CONTRACT_STATE_FULFILLED
    assert state() == ("MATCHED", 0, [])


def test_payments_and_invoices_lie_in_the_scope_of_their_account(room: Room) -> None:
    contract = room.start(1_000)
    room.invoice(contract.id, 1, 600, "FP-1")
    taken = room.pay(100)
    for caller, count in ((OWNER, 1), (FINANCE, 1), (STRANGER, 0)):
        assert len(room.call("ListPayments", pb.ListPaymentsRequest(), caller).payments) == count
        assert len(room.call("ListInvoices", pb.ListInvoicesRequest(), caller).invoices) == count
    assert room.refusal("GetPayment", pb.GetPaymentRequest(payment_id=taken.id), STRANGER).code == "NOT_FOUND"


def test_the_business_clock_dates_a_payment_without_its_own_time(room: Room) -> None:
    room.start(1_000)
    before = clock.now()
    assert before <= room.pay(100).receive_time.ToDatetime(tzinfo=UTC) <= clock.now()
