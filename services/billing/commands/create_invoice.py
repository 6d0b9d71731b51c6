"""An invoice goes on record, if the contract's terms allow it."""

from dataclasses import dataclass

from pymongo.client_session import ClientSession

from chassis.clocks import clock
from chassis.documents import transaction
from chassis.errors import InvalidArgument
from chassis.ids import derived_id
from services.billing import messages
from services.billing.documents import Contract, InstalmentRow, Invoice
from services.billing.domain.errors import ReferenceReused, RequestIdReused
from services.billing.domain.invoicing import require_invoiceable
from services.billing.domain.values import Money
from services.billing.queries.scopes import load_visible


@dataclass(frozen=True)
class InvoiceDraft:
    """What somebody wants to invoice; instalment 0 means the contract as a whole."""

    contract_id: str
    instalment_number: int
    number: str
    amount: Money
    request_id: str


def create_invoice(draft: InvoiceDraft) -> Invoice:
    """Issue an invoice. The same number with the same content changes nothing.

    Raises ContractNotFound, InvoiceExceedsContract and CurrencyMismatch with the difference, ReferenceReused,
    RequestIdReused.
    """
    invoice: Invoice = transaction(lambda session: _create(draft, session))
    return invoice


def _create(draft: InvoiceDraft, session: ClientSession) -> Invoice:
    contract = load_visible(Contract, draft.contract_id, session)
    invoice_id = derived_id("invoice", draft.number)
    known = Invoice.find(invoice_id, session=session)
    if known is not None:
        if _content(known) != (draft.contract_id, draft.instalment_number, draft.amount):
            raise ReferenceReused(f"invoice {draft.number} is on record with other content", number=draft.number)
        return known
    if draft.request_id and Invoice.matching({"request_key": draft.request_id}, session):
        raise RequestIdReused("this request id made another invoice", request_id=draft.request_id)
    _count(contract, draft)
    contract.commit(session=session)
    invoice = Invoice(
        id=invoice_id,
        number=draft.number,
        contract_id=contract.id,
        instalment_number=draft.instalment_number,
        currency_code=draft.amount.currency_code,
        amount_minor=draft.amount.amount_minor,
        issue_time=clock.now(),
        request_key=draft.request_id or None,
        account_id=contract.account_id,
        account_name=contract.account_name,
        owner_id=contract.owner_id,
        team_id=contract.team_id,
        region=contract.region,
    )
    invoice.emit(messages.invoice_issued(invoice))
    invoice.commit(session=session)
    return invoice


def _count(contract: Contract, draft: InvoiceDraft) -> None:
    """Count the invoice in the contract, whose version makes two parallel invoices see each other."""
    left_minor = contract.total_minor - contract.invoiced_minor
    if draft.instalment_number == 0:
        require_invoiceable(
            draft.amount, currency_code=contract.currency_code, allowed_minor=left_minor, what=contract.number
        )
        contract.invoiced_generally_minor += draft.amount.amount_minor
        return
    row = _instalment(contract, draft.instalment_number)
    require_invoiceable(
        draft.amount,
        currency_code=contract.currency_code,
        allowed_minor=min(left_minor, row.amount_minor - row.invoiced_minor),
        what=f"instalment {row.number} of {contract.number}",
    )
    row.invoiced_minor += draft.amount.amount_minor


def _instalment(contract: Contract, number: int) -> InstalmentRow:
    for row in contract.instalments:
        if row.number == number:
            return row
    raise InvalidArgument(
        "INVALID_ARGUMENT", f"{contract.number} has no instalment {number}", field="instalment_number"
    )


def _content(invoice: Invoice) -> tuple[str, int, Money]:
    return invoice.contract_id, invoice.instalment_number, Money(invoice.currency_code, invoice.amount_minor)
