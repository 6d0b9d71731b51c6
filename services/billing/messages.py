"""The events of billing, made from its documents."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from saleloop.billing.v1 import billing_service_pb2 as pb
from saleloop.billing.v1 import events_pb2 as events
from saleloop.type.v1.money_pb2 import Money
from services.billing.documents import Contract, InstalmentRow, Invoice, Payment, SuccessTask
from services.billing.domain.radar import RadarState, days_overdue


def money(currency_code: str, amount_minor: int) -> Money:
    """An amount as the contracts carry it."""
    return Money(currency_code=currency_code, amount_minor=amount_minor)


def timestamp(instant: datetime | None) -> Timestamp | None:
    """A UTC instant as protobuf carries it; None stays unset."""
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def contract_started(contract: Contract) -> events.ContractStarted:
    """A signed quote became a contract."""
    return events.ContractStarted(
        contract_id=contract.id,
        number=contract.number,
        quote_id=contract.quote_id,
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        total=money(contract.currency_code, contract.total_minor),
    )


def order_moved(contract: Contract, move_time: datetime) -> events.OrderMoved:
    """The order reached its next state."""
    return events.OrderMoved(
        contract_id=contract.id,
        number=contract.number,
        order_state=pb.OrderState.Value(f"ORDER_STATE_{contract.order_state}"),
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        move_time=timestamp(move_time),
    )


def invoice_issued(invoice: Invoice) -> events.InvoiceIssued:
    """An invoice is on record."""
    return events.InvoiceIssued(
        invoice_id=invoice.id,
        number=invoice.number,
        contract_id=invoice.contract_id,
        account_id=invoice.account_id,
        amount=money(invoice.currency_code, invoice.amount_minor),
    )


def payment_recorded(payment: Payment) -> events.PaymentRecorded:
    """Money came in."""
    return events.PaymentRecorded(
        payment_id=payment.id,
        account_id=payment.account_id,
        account_name=payment.account_name,
        amount=money(payment.currency_code, payment.amount_minor),
        unapplied=money(payment.currency_code, payment.unapplied_minor),
        owner_id=payment.owner_id,
    )


def receivable_overdue(
    contract: Contract, row: InstalmentRow, state: RadarState, at: datetime
) -> events.ReceivableOverdue:
    """A receivable reached the next state of the radar; the days are those at the moment of the alarm."""
    return events.ReceivableOverdue(
        contract_id=contract.id,
        contract_number=contract.number,
        instalment_number=row.number,
        radar_state=pb.RadarState.Value(f"RADAR_STATE_{state.value}"),
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        outstanding=money(contract.currency_code, row.outstanding_minor),
        days_overdue=days_overdue(row.debt, at),
        due_time=timestamp(row.due_time),
    )


def receivable_settled(contract: Contract, row: InstalmentRow) -> events.ReceivableSettled:
    """Nothing of this instalment is left to pay."""
    return events.ReceivableSettled(
        contract_id=contract.id,
        contract_number=contract.number,
        instalment_number=row.number,
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
    )


def success_task_opened(task: SuccessTask) -> events.SuccessTaskOpened:
    """There is something to do for a customer."""
    return events.SuccessTaskOpened(
        task_id=task.id,
        kind=task.kind,
        contract_id=task.contract_id,
        account_id=task.account_id,
        account_name=task.account_name,
        owner_id=task.owner_id,
        due_time=timestamp(task.due_time),
    )


def success_task_completed(task: SuccessTask, *, is_in_time: bool) -> events.SuccessTaskCompleted:
    """It is done, in time or late."""
    return events.SuccessTaskCompleted(task_id=task.id, account_id=task.account_id, is_in_time=is_in_time)
