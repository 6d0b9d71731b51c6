"""The rpcs of billing: translate, call, translate."""

from typing import Any

from chassis.errors import InvalidArgument, field
from chassis.pages import open_page
from saleloop.billing.v1 import billing_service_pb2 as pb
from saleloop.billing.v1 import billing_service_pb2_grpc as pb_grpc
from services.billing.commands.create_invoice import InvoiceDraft, create_invoice
from services.billing.commands.move_order import accept_order, deliver_order, ship_order
from services.billing.commands.record_payment import Transfer, record_payment
from services.billing.commands.success_tasks import complete_success_task
from services.billing.documents import Contract, Invoice, Payment, SuccessTask
from services.billing.domain.radar import RadarState
from services.billing.domain.success import TaskState
from services.billing.domain.values import free_text, reference
from services.billing.queries.match import get_match
from services.billing.queries.pages import list_page
from services.billing.queries.radar import get_radar
from services.billing.queries.scopes import load_visible
from services.billing.translate import (
    contract_to_proto,
    invoice_to_proto,
    match_to_proto,
    money_from,
    payment_to_proto,
    radar_to_proto,
    task_to_proto,
    time_from,
)

_LONGEST_REMITTANCE_TEXT = 500
_VISIBLE_TASKS = (TaskState.OPEN.value, TaskState.DONE.value)


class BillingServicer(pb_grpc.BillingServiceServicer):
    """Contracts, orders, invoices, payments, radar, match, customer success."""

    def GetContract(self, request: pb.GetContractRequest, context: Any) -> pb.GetContractResponse:
        return pb.GetContractResponse(contract=contract_to_proto(load_visible(Contract, request.contract_id)))

    def ListContracts(self, request: pb.ListContractsRequest, context: Any) -> pb.ListContractsResponse:
        rows, token = list_page(Contract, open_page(request), account_id=request.account_id, quote_id=request.quote_id)
        return pb.ListContractsResponse(contracts=map(contract_to_proto, rows), next_page_token=token)

    def ShipOrder(self, request: pb.ShipOrderRequest, context: Any) -> pb.ShipOrderResponse:
        contract = ship_order(request.contract_id, request.tracking_reference)
        return pb.ShipOrderResponse(contract=contract_to_proto(contract))

    def DeliverOrder(self, request: pb.DeliverOrderRequest, context: Any) -> pb.DeliverOrderResponse:
        return pb.DeliverOrderResponse(contract=contract_to_proto(deliver_order(request.contract_id)))

    def AcceptOrder(self, request: pb.AcceptOrderRequest, context: Any) -> pb.AcceptOrderResponse:
        contract = accept_order(request.contract_id, request.acceptance_document)
        return pb.AcceptOrderResponse(contract=contract_to_proto(contract))

    def CreateInvoice(self, request: pb.CreateInvoiceRequest, context: Any) -> pb.CreateInvoiceResponse:
        with field("number"):
            number = reference(request.number)
        if request.instalment_number < 0:
            raise InvalidArgument(message="must not be negative", field="instalment_number")
        draft = InvoiceDraft(
            contract_id=request.contract_id,
            instalment_number=request.instalment_number,
            number=number,
            amount=money_from(request.amount, "amount"),
            request_id=_request_id(request.request_id),
        )
        return pb.CreateInvoiceResponse(invoice=invoice_to_proto(create_invoice(draft)))

    def ListInvoices(self, request: pb.ListInvoicesRequest, context: Any) -> pb.ListInvoicesResponse:
        rows, token = list_page(Invoice, open_page(request), contract_id=request.contract_id)
        return pb.ListInvoicesResponse(invoices=map(invoice_to_proto, rows), next_page_token=token)

    def RecordPayment(self, request: pb.RecordPaymentRequest, context: Any) -> pb.RecordPaymentResponse:
        with field("bank_reference"):
            bank_reference = reference(request.bank_reference)
        with field("remittance_text"):
            remittance_text = free_text(request.remittance_text, longest=_LONGEST_REMITTANCE_TEXT)
        with field("receive_time"):
            receive_time = time_from(request.receive_time) if request.HasField("receive_time") else None
        transfer = Transfer(
            account_id=request.account_id,
            amount=money_from(request.amount, "amount"),
            bank_reference=bank_reference,
            remittance_text=remittance_text,
            receive_time=receive_time,
            request_id=_request_id(request.request_id),
        )
        return pb.RecordPaymentResponse(payment=payment_to_proto(record_payment(transfer)))

    def GetPayment(self, request: pb.GetPaymentRequest, context: Any) -> pb.GetPaymentResponse:
        return pb.GetPaymentResponse(payment=payment_to_proto(load_visible(Payment, request.payment_id)))

    def ListPayments(self, request: pb.ListPaymentsRequest, context: Any) -> pb.ListPaymentsResponse:
        rows, token = list_page(Payment, open_page(request), account_id=request.account_id)
        return pb.ListPaymentsResponse(payments=map(payment_to_proto, rows), next_page_token=token)

    def GetRadar(self, request: pb.GetRadarRequest, context: Any) -> pb.GetRadarResponse:
        state = _choice(pb.RadarState, "RADAR_STATE_", request.radar_state, "radar_state")
        radar = get_radar(open_page(request), account_id=request.account_id, state=RadarState(state) if state else None)
        return radar_to_proto(radar)

    def GetMatch(self, request: pb.GetMatchRequest, context: Any) -> pb.GetMatchResponse:
        return match_to_proto(get_match(request.contract_id))

    def ListSuccessTasks(self, request: pb.ListSuccessTasksRequest, context: Any) -> pb.ListSuccessTasksResponse:
        state = _choice(pb.SuccessTaskState, "SUCCESS_TASK_STATE_", request.state, "state")
        wanted = {"$in": [state] if state else list(_VISIBLE_TASKS)}
        rows, token = list_page(SuccessTask, open_page(request), account_id=request.account_id, state=wanted)
        return pb.ListSuccessTasksResponse(success_tasks=map(task_to_proto, rows), next_page_token=token)

    def CompleteSuccessTask(
        self, request: pb.CompleteSuccessTaskRequest, context: Any
    ) -> pb.CompleteSuccessTaskResponse:
        task = complete_success_task(request.task_id, request.evidence)
        return pb.CompleteSuccessTaskResponse(success_task=task_to_proto(task))


def _request_id(text: str) -> str:
    """The request id, or "" for a caller that names none."""
    with field("request_id"):
        return reference(text) if text else ""


def _choice(enum: Any, prefix: str, number: int, path: str) -> str:
    """The name of an enum's value without its prefix; "" for the unspecified one."""
    if number not in enum.values():
        raise InvalidArgument(message=f"{number} is not a value of this field", field=path)
    return enum.Name(number).removeprefix(prefix) if number else ""
