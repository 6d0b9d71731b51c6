"""Payment terms, and the clause risk that follows from them."""

from dataclasses import dataclass
from enum import IntEnum

from services.quotes.domain.errors import PaymentTermsInvalid

WHOLE_BP = 10_000
HIGH_PREPAYMENT_BP = 5_000
INSTALMENTS_MAX = 60
DUE_DAYS_MAX = 3_650


class ClauseRisk(IntEnum):
    """How much legal has to look at the terms; the numbers are those of the contract."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class InstalmentTerm:
    """A share of the total in basis points, due so many days after signature."""

    share_bp: int
    due_days: int


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """Who pays which share when; checks itself, raises PaymentTermsInvalid with the field's path."""

    cash_on_delivery: bool
    prepayment_bp: int
    instalments: tuple[InstalmentTerm, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.prepayment_bp <= WHOLE_BP:
            raise _invalid("A share is 0 to 10000 basis points.", "prepayment_bp")
        if not 1 <= len(self.instalments) <= INSTALMENTS_MAX:
            raise _invalid(f"Payment has 1 to {INSTALMENTS_MAX} instalments.", "instalments")
        for index, instalment in enumerate(self.instalments):
            if not 1 <= instalment.share_bp <= WHOLE_BP:
                raise _invalid("A share is 1 to 10000 basis points.", f"instalments[{index}].share_bp")
            if not 0 <= instalment.due_days <= DUE_DAYS_MAX:
                raise _invalid(f"Due 0 to {DUE_DAYS_MAX} days after signature.", f"instalments[{index}].due_days")
        if sum(i.share_bp for i in self.instalments) != WHOLE_BP:
            raise _invalid("The shares must add up to 10000 basis points.", "instalments")
        if self.cash_on_delivery and (self.prepayment_bp or len(self.instalments) > 1):
            raise _invalid("Cash on delivery is paid at once: no prepayment, one instalment.", "cash_on_delivery")

    @property
    def due_at_signature_bp(self) -> int:
        """The share that is due at once, in basis points."""
        return sum(each.share_bp for each in self.instalments if each.due_days == 0)


@dataclass(frozen=True, slots=True)
class ClauseAssessment:
    """The clause risk with its evidence in words."""

    risk: ClauseRisk
    why_zh: str
    why_en: str


def payment_terms(cash_on_delivery: bool, prepayment_bp: int, instalments: tuple[InstalmentTerm, ...]) -> PaymentTerms:
    """Payment terms; cash on delivery without a named instalment is one instalment of everything, due at once.

    A prepayment that is named has to be what the instalments say, since they alone become debts.
    """
    if cash_on_delivery and not instalments:
        instalments = (InstalmentTerm(WHOLE_BP, 0),)
    terms = PaymentTerms(cash_on_delivery, prepayment_bp, instalments)
    due_at_signature_bp = terms.due_at_signature_bp
    if prepayment_bp not in (0, due_at_signature_bp):
        raise _invalid(
            f"The instalments due at the signature (due_days 0) add up to {due_at_signature_bp} basis points.",
            "prepayment_bp",
        )
    return terms


def assess_clauses(terms: PaymentTerms) -> ClauseAssessment:
    """Cash on delivery is low, more than half paid before delivery is high, all else is medium.

    An instalment that is due at the signature is paid before delivery, whatever the terms call it.
    """
    before_delivery_bp = max(terms.prepayment_bp, terms.due_at_signature_bp)
    percent = f"{before_delivery_bp / 100:g} %"
    if terms.cash_on_delivery:
        return ClauseAssessment(ClauseRisk.LOW, "条款风险低：货到付款", "Clause risk low: cash on delivery")
    if before_delivery_bp > HIGH_PREPAYMENT_BP:
        return ClauseAssessment(
            ClauseRisk.HIGH,
            f"条款风险高：预付款 {percent}，超过 50 %",
            f"Clause risk high: {percent} is paid before delivery, more than 50 %",
        )
    return ClauseAssessment(
        ClauseRisk.MEDIUM,
        f"条款风险中：分 {len(terms.instalments)} 期付款，预付款 {percent}",
        f"Clause risk medium: {len(terms.instalments)} instalments, {percent} before delivery",
    )


def _invalid(message: str, field: str) -> PaymentTermsInvalid:
    return PaymentTermsInvalid(message, field=f"payment_terms.{field}")
