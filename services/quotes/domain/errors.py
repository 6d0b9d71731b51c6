"""What the rules refuse, with the reasons of protos/saleloop/quotes/v1/errors.proto."""


class QuotesError(Exception):
    """A refusal; `code` is a gRPC status name, `reason` one of ErrorReason without its prefix.

    `field` is the path of the request field to blame ("" when none is); `metadata` goes into ErrorInfo.
    """

    code = "FAILED_PRECONDITION"
    reason = "WRONG_STATE"

    def __init__(self, message: str, *, field: str = "", **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.metadata = metadata


class QuoteNotFound(QuotesError):
    """No such quote, or not one that the caller may see: the answer must not tell which."""

    code = "NOT_FOUND"
    reason = "QUOTE_NOT_FOUND"


class ProductNotFound(QuotesError):
    """The catalogue does not hold this SKU."""

    code = "NOT_FOUND"
    reason = "PRODUCT_NOT_FOUND"


class AccountNotFound(QuotesError):
    """No copy of this account is here, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "ACCOUNT_NOT_FOUND"


class WrongState(QuotesError):
    """The quote or the step is not in a state that allows this."""


class NotApprover(QuotesError):
    """This person does not decide this step."""

    code = "PERMISSION_DENIED"
    reason = "NOT_APPROVER"


class SubmitterCannotApprove(QuotesError):
    """Nobody decides on a quote that is his own or that he submitted."""

    code = "PERMISSION_DENIED"
    reason = "SUBMITTER_CANNOT_APPROVE"


class StepAlreadyDecided(QuotesError):
    """Somebody decided this step before."""

    reason = "STEP_ALREADY_DECIDED"


class VersionMismatch(QuotesError):
    """The approver read another version than the current one."""

    reason = "VERSION_MISMATCH"


class SignLinkInvalid(QuotesError):
    """The sign link was altered, cut, or never existed."""

    code = "INVALID_ARGUMENT"
    reason = "SIGN_LINK_INVALID"


class SignLinkExpired(QuotesError):
    """The quote's validity is over."""

    reason = "SIGN_LINK_EXPIRED"


class SignLinkSuperseded(QuotesError):
    """The quote was edited after this link was made."""

    reason = "SIGN_LINK_SUPERSEDED"


class AlreadySigned(QuotesError):
    """A link signs once."""

    reason = "ALREADY_SIGNED"


class RequestIdReused(QuotesError):
    """The same request_id came with another content."""

    code = "ALREADY_EXISTS"
    reason = "REQUEST_ID_REUSED"


class InvalidValue(QuotesError):
    """A value of the request cannot be believed."""

    code = "INVALID_ARGUMENT"
    reason = "INVALID_ARGUMENT"


class BelowPriceFloor(InvalidValue):
    """A unit price is lower than anybody may offer."""

    reason = "BELOW_PRICE_FLOOR"


class CurrencyMismatch(InvalidValue):
    """A product has its price in another currency than the quote."""

    reason = "CURRENCY_MISMATCH"


class PaymentTermsInvalid(InvalidValue):
    """The payment terms contradict themselves or do not add up."""

    reason = "PAYMENT_TERMS_INVALID"
