"""From documents to protobuf and back."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clocks import clock
from chassis.errors import field
from saleloop.billing.v1 import billing_service_pb2 as pb
from saleloop.quotes.v1 import events_pb2 as quotes_events
from saleloop.type.v1 import money_pb2
from services.billing.commands.start_contract import SignedQuote
from services.billing.config import settings
from services.billing.documents import Contract, InstalmentRow, Invoice, LineRow, Payment, SuccessTask
from services.billing.domain.instalments import Term, terms_of
from services.billing.domain.order import OrderState
from services.billing.domain.radar import days_overdue, radar_state
from services.billing.domain.values import Money, plausible_time, positive_money, reference
from services.billing.messages import money, timestamp
from services.billing.queries.match import ContractMatch
from services.billing.queries.radar import Radar, RadarEntry


def money_from(message: money_pb2.Money, path: str) -> Money:
    """An amount above zero. Raises InvalidArgument about the field `path`."""
    with field(path):
        return positive_money(message.currency_code, message.amount_minor)


def time_from(message: Timestamp) -> datetime:
    """A UTC instant of this century. Raises ValueError."""
    try:
        return plausible_time(message.ToDatetime(tzinfo=UTC))
    except OverflowError as error:
        raise ValueError("time is out of range") from error


def signed_quote_from(event: quotes_events.QuoteSigned) -> SignedQuote:
    """What a contract needs. Raises ValueError for content that no contract can have."""
    terms = event.payment_terms
    return SignedQuote(
        quote_id=reference(event.quote_id),
        number=event.number,
        quote_version=event.quote_version,
        content_hash=event.content_hash,
        account_id=reference(event.account_id),
        account_name=event.account_name,
        owner_id=event.owner_id,
        team_id=event.team_id,
        region=event.region,
        lines=[
            LineRow(
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit_price_minor=line.unit_price_minor,
                amount_minor=line.amount_minor,
            )
            for line in event.lines
        ],
        total=positive_money(event.total.currency_code, event.total.amount_minor),
        terms=terms_of(
            cash_on_delivery=terms.cash_on_delivery,
            prepayment_bp=terms.prepayment_bp,
            shares=[Term(each.share_bp, each.due_days) for each in terms.instalments],
            default_days=settings().default_term_days,
        ),
        sign_time=time_from(event.sign_time),
    )


def contract_to_proto(contract: Contract) -> pb.Contract:
    """The contract with the radar of this moment."""
    fulfilled = contract.is_paid and contract.order_state == OrderState.ACCEPTED
    return pb.Contract(
        id=contract.id,
        number=contract.number,
        state=pb.CONTRACT_STATE_FULFILLED if fulfilled else pb.CONTRACT_STATE_ACTIVE,
        quote_id=contract.quote_id,
        quote_number=contract.quote_number,
        quote_version=contract.quote_version,
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        lines=[
            pb.ContractLine(
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit_price_minor=line.unit_price_minor,
                amount_minor=line.amount_minor,
            )
            for line in contract.lines
        ],
        total=money(contract.currency_code, contract.total_minor),
        instalments=[_instalment(contract, row) for row in contract.instalments],
        order=pb.Order(
            state=pb.OrderState.Value(f"ORDER_STATE_{contract.order_state}"),
            ship_time=timestamp(contract.ship_time),
            deliver_time=timestamp(contract.deliver_time),
            accept_time=timestamp(contract.accept_time),
            tracking_reference=contract.tracking_reference,
            acceptance_document=contract.acceptance_document,
        ),
        sign_time=timestamp(contract.sign_time),
        version=contract.version,
    )


def _instalment(contract: Contract, row: InstalmentRow) -> pb.Instalment:
    at = clock.now()
    state = radar_state(row.debt, at, settings().radar_policy)
    return pb.Instalment(
        number=row.number,
        amount=money(contract.currency_code, row.amount_minor),
        paid=money(contract.currency_code, row.paid_minor),
        due_time=timestamp(row.due_time),
        radar_state=pb.RadarState.Value(f"RADAR_STATE_{state.value}"),
        days_overdue=days_overdue(row.debt, at),
    )


def invoice_to_proto(invoice: Invoice) -> pb.Invoice:
    """The invoice as it is on record."""
    return pb.Invoice(
        id=invoice.id,
        number=invoice.number,
        contract_id=invoice.contract_id,
        account_id=invoice.account_id,
        instalment_number=invoice.instalment_number,
        amount=money(invoice.currency_code, invoice.amount_minor),
        issue_time=timestamp(invoice.issue_time),
    )


def payment_to_proto(payment: Payment) -> pb.Payment:
    """The payment and where it went."""
    return pb.Payment(
        id=payment.id,
        account_id=payment.account_id,
        bank_reference=payment.bank_reference,
        amount=money(payment.currency_code, payment.amount_minor),
        unapplied=money(payment.currency_code, payment.unapplied_minor),
        allocations=[
            pb.Allocation(
                contract_id=each.contract_id,
                instalment_number=each.instalment_number,
                amount=money(payment.currency_code, each.amount_minor),
                rule=each.rule,
            )
            for each in payment.allocations
        ],
        receive_time=timestamp(payment.receive_time),
    )


def task_to_proto(task: SuccessTask) -> pb.SuccessTask:
    """The task as people see it."""
    return pb.SuccessTask(
        id=task.id,
        kind=task.kind,
        state=pb.SuccessTaskState.Value(f"SUCCESS_TASK_STATE_{task.state}"),
        contract_id=task.contract_id,
        account_id=task.account_id,
        account_name=task.account_name,
        owner_id=task.owner_id,
        open_time=timestamp(task.open_time),
        due_time=timestamp(task.due_time),
        complete_time=timestamp(task.complete_time),
        evidence=task.evidence,
    )


def radar_to_proto(radar: Radar) -> pb.GetRadarResponse:
    """The page, and the buckets and sums of everything visible."""
    sums = [
        money(currency, sum(bucket.outstanding_minor for bucket in buckets))
        for currency, buckets in radar.buckets.items()
    ]
    return pb.GetRadarResponse(
        receivables=[_receivable(each) for each in radar.entries],
        buckets=[
            pb.AgeingBucket(
                name=bucket.name,
                outstanding=money(currency, bucket.outstanding_minor),
                receivables=bucket.receivables,
            )
            for currency, buckets in radar.buckets.items()
            for bucket in buckets
        ],
        outstanding=sums[0],
        outstanding_by_currency=sums,
        business_time=timestamp(radar.at),
        next_page_token=radar.next_page_token,
    )


def _receivable(entry: RadarEntry) -> pb.Receivable:
    contract, row = entry.contract, entry.row
    return pb.Receivable(
        contract_id=contract.id,
        contract_number=contract.number,
        instalment_number=row.number,
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        outstanding=money(contract.currency_code, row.outstanding_minor),
        due_time=timestamp(row.due_time),
        days_overdue=entry.days_overdue,
        radar_state=pb.RadarState.Value(f"RADAR_STATE_{entry.state.value}"),
    )


def match_to_proto(found: ContractMatch) -> pb.GetMatchResponse:
    """The verdict with the sums behind it."""
    contract, verdict = found.contract, found.match
    currency = contract.currency_code
    return pb.GetMatchResponse(
        state=pb.MatchState.Value(f"MATCH_STATE_{verdict.state.value}"),
        contracted=money(currency, contract.total_minor),
        invoiced=money(currency, contract.invoiced_minor),
        paid=money(currency, found.paid_minor),
        difference=money(currency, verdict.difference_minor),
        missing_documents=verdict.missing_documents,
    )
