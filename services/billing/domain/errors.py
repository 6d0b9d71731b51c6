"""What billing refuses, and the reason it gives. The chassis turns `code` and `reason` into a status."""


class BillingError(Exception):
    """A rule says no. `metadata` tells the caller the figures behind it."""

    code = "FAILED_PRECONDITION"
    reason = "WRONG_STATE"

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = metadata


class ContractNotFound(BillingError):
    """No such contract, or none that the caller may see."""

    code, reason = "NOT_FOUND", "CONTRACT_NOT_FOUND"


class PaymentNotFound(BillingError):
    """No such payment, or none that the caller may see."""

    code, reason = "NOT_FOUND", "PAYMENT_NOT_FOUND"


class InvoiceNotFound(BillingError):
    """No such invoice, or none that the caller may see."""

    code, reason = "NOT_FOUND", "INVOICE_NOT_FOUND"


class TaskNotFound(BillingError):
    """No such customer-success task, or none that the caller may see."""

    code, reason = "NOT_FOUND", "TASK_NOT_FOUND"


class AccountNotFound(BillingError):
    """Billing has not heard of this account."""

    code, reason = "NOT_FOUND", "ACCOUNT_NOT_FOUND"


class WrongState(BillingError):
    """The step is not the next one."""


class AcceptanceDocumentMissing(BillingError):
    """An order is accepted with its document or not at all."""

    reason = "ACCEPTANCE_DOCUMENT_MISSING"


class EvidenceMissing(BillingError):
    """A task is done with evidence or not at all."""

    reason = "EVIDENCE_MISSING"


class InvoiceExceedsContract(BillingError):
    """More would be invoiced than was agreed; `difference_minor` is the excess."""

    reason = "INVOICE_EXCEEDS_CONTRACT"


class CurrencyMismatch(BillingError):
    """The amount is in another currency than what it is for."""

    reason = "CURRENCY_MISMATCH"


class ReferenceReused(BillingError):
    """The same number or bank reference came with other content."""

    code, reason = "ALREADY_EXISTS", "REFERENCE_REUSED"


class RequestIdReused(BillingError):
    """The same request id came with other content."""

    code, reason = "ALREADY_EXISTS", "REQUEST_ID_REUSED"
