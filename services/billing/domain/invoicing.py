"""What may still be invoiced."""

from services.billing.domain.errors import CurrencyMismatch, InvoiceExceedsContract
from services.billing.domain.values import Money


def require_invoiceable(amount: Money, *, currency_code: str, allowed_minor: int, what: str) -> None:
    """Raises CurrencyMismatch or InvoiceExceedsContract, each with the difference to the terms in its metadata."""
    if amount.currency_code != currency_code:
        raise CurrencyMismatch(
            f"{what} is in {currency_code}, the invoice in {amount.currency_code}",
            expected_currency_code=currency_code,
            currency_code=amount.currency_code,
        )
    if amount.amount_minor > allowed_minor:
        raise InvoiceExceedsContract(
            f"{what} leaves {allowed_minor} {currency_code} minor units to invoice, not {amount.amount_minor}",
            allowed_minor=str(allowed_minor),
            requested_minor=str(amount.amount_minor),
            difference_minor=str(amount.amount_minor - allowed_minor),
            currency_code=currency_code,
        )
