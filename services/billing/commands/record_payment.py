"""Money comes in and is given to the receivables it is for."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.clocks import clock
from chassis.documents import transaction
from chassis.errors import InvalidArgument
from chassis.ids import derived_id
from services.billing import messages
from services.billing.commands.ledger import debts_of, judge_risk, plan_radar, unpaid_query
from services.billing.commands.success_tasks import open_follow_up
from services.billing.config import settings
from services.billing.documents import AccountLedger, AllocationRow, Contract, InstalmentRow, Invoice, Payment
from services.billing.domain.allocation import Allocation, Receivable, allocate
from services.billing.domain.errors import CurrencyMismatch, ReferenceReused, RequestIdReused
from services.billing.domain.success import needs_follow_up
from services.billing.domain.values import Money


@dataclass(frozen=True)
class Transfer:
    """A transfer as the bank tells it; receive_time None means now."""

    account_id: str
    amount: Money
    bank_reference: str
    remittance_text: str
    receive_time: datetime | None
    request_id: str

    @property
    def digest(self) -> str:
        """Of everything the caller said about the money, so that a repetition is told from a contradiction."""
        said = (self.account_id, self.amount, self.bank_reference, self.remittance_text, self.receive_time)
        return hashlib.sha256(repr(said).encode()).hexdigest()


def record_payment(transfer: Transfer) -> Payment:
    """Take a payment and allocate it, in one transaction over payment, contracts and the account's ledger.

    The same bank reference with the same content changes nothing. Raises AccountNotFound, CurrencyMismatch,
    ReferenceReused, RequestIdReused, and InvalidArgument for a receive_time in the future.
    """
    if transfer.receive_time is not None and transfer.receive_time > clock.now():
        raise InvalidArgument("INVALID_ARGUMENT", "receive_time lies in the future", field="receive_time")
    payment: Payment = transaction(lambda session: _record(transfer, session))
    return payment


def _record(transfer: Transfer, session: ClientSession) -> Payment:
    payment_id = derived_id("payment", transfer.bank_reference)
    known = Payment.find(payment_id, session=session)
    if known is not None:
        if known.content_digest != transfer.digest:
            raise ReferenceReused(
                f"bank reference {transfer.bank_reference} is on record with other content",
                bank_reference=transfer.bank_reference,
            )
        return known
    if transfer.request_id and Payment.matching({"request_key": transfer.request_id}, session):
        raise RequestIdReused("this request id made another payment", request_id=transfer.request_id)
    ledger = AccountLedger.load(transfer.account_id, session=session)
    _require_currency(transfer, session)
    contracts = Contract.matching(unpaid_query(ledger.id), session)
    owing = [each for each in contracts if each.currency_code == transfer.amount.currency_code]
    receivables = _receivables(owing, session)
    allocations, unapplied_minor = allocate(transfer.amount.amount_minor, receivables, transfer.remittance_text)
    payment = _payment(payment_id, transfer, ledger, allocations, unapplied_minor)
    for contract in owing:
        parts = [each for each in allocations if each.contract_id == contract.id]
        if parts:
            _pay(contract, parts, payment, session)
    judge_risk(ledger, debts_of(contracts), clock.now())
    ledger.commit(session=session)
    payment.emit(messages.payment_recorded(payment))
    payment.commit(session=session)
    return payment


def _require_currency(transfer: Transfer, session: ClientSession) -> None:
    """An account pays in the currencies of its contracts; before the first one, in the company's own."""
    known = Contract.collection().distinct("currency_code", {"account_id": transfer.account_id}, session=session)
    accepted = sorted(known) or [settings().default_currency]
    if transfer.amount.currency_code not in accepted:
        raise CurrencyMismatch(
            f"the account owes {', '.join(accepted)}, the payment is in {transfer.amount.currency_code}",
            expected_currency_code=",".join(accepted),
            currency_code=transfer.amount.currency_code,
        )


def _receivables(contracts: Sequence[Contract], session: ClientSession) -> list[Receivable]:
    invoices = Invoice.matching({"contract_id": {"$in": [each.id for each in contracts]}}, session)
    return [
        Receivable(contract.id, row.number, row.outstanding_minor, row.due_time, _references(contract, row, invoices))
        for contract in contracts
        for row in contract.open_instalments
    ]


def _references(contract: Contract, row: InstalmentRow, invoices: Iterable[Invoice]) -> frozenset[str]:
    numbers = (
        invoice.number
        for invoice in invoices
        if invoice.contract_id == contract.id and invoice.instalment_number in (0, row.number)
    )
    return frozenset((contract.number, *numbers))


def _pay(contract: Contract, parts: Sequence[Allocation], payment: Payment, session: ClientSession) -> None:
    """Book the parts on the contract's instalments; what settles is told, and may start a follow-up."""
    rows = {row.number: row for row in contract.instalments}
    was_late = False
    for part in parts:
        row = rows[part.instalment_number]
        row.paid_minor += part.amount_minor
        if row.outstanding_minor == 0:
            was_late |= row.due_time is not None and payment.receive_time >= row.due_time
            contract.emit(messages.receivable_settled(contract, row))
    contract.is_paid = not any(contract.open_instalments)
    plan_radar(contract)
    contract.commit(why=f"payment {payment.bank_reference}", session=session)
    if needs_follow_up(was_overdue=was_late, is_contract_paid=contract.is_paid):
        open_follow_up(contract, payment.id, session)


def _payment(
    payment_id: str,
    transfer: Transfer,
    ledger: AccountLedger,
    allocations: Sequence[Allocation],
    unapplied_minor: int,
) -> Payment:
    return Payment(
        id=payment_id,
        account_id=ledger.id,
        account_name=ledger.name,
        owner_id=ledger.owner_id,
        team_id=ledger.team_id,
        region=ledger.region,
        bank_reference=transfer.bank_reference,
        remittance_text=transfer.remittance_text,
        currency_code=transfer.amount.currency_code,
        amount_minor=transfer.amount.amount_minor,
        unapplied_minor=unapplied_minor,
        allocations=[
            AllocationRow(
                contract_id=each.contract_id,
                instalment_number=each.instalment_number,
                amount_minor=each.amount_minor,
                rule=each.rule,
            )
            for each in allocations
        ],
        receive_time=transfer.receive_time or clock.now(),
        request_key=transfer.request_id or None,
        content_digest=transfer.digest,
    )
