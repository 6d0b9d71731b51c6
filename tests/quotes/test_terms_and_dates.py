"""Payment terms, clause risk, validity, printed amounts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quotes.domain.content import check_validity
from services.quotes.domain.errors import InvalidValue, PaymentTermsInvalid
from services.quotes.domain.printing import amount_text, instalment_amounts
from services.quotes.domain.terms import ClauseRisk, InstalmentTerm, PaymentTerms, assess_clauses, payment_terms
from tests.quotes.made import NOON, share_lists


@given(share_lists(), st.integers(0, 10_000))
def test_shares_that_add_up_are_accepted(shares: tuple[InstalmentTerm, ...], prepayment_bp: int) -> None:
    assert PaymentTerms(False, prepayment_bp, shares).instalments == shares


@given(share_lists(), st.integers(-9_999, 9_999).filter(bool))
def test_shares_that_do_not_add_up_are_refused(shares: tuple[InstalmentTerm, ...], off_bp: int) -> None:
    first = InstalmentTerm(shares[0].share_bp + off_bp, shares[0].due_days)
    with pytest.raises(PaymentTermsInvalid):
        PaymentTerms(False, 0, (first, *shares[1:]))


def test_a_prepayment_that_the_instalments_contradict_is_refused() -> None:
    halves = (InstalmentTerm(5_000, 0), InstalmentTerm(5_000, 30))
    assert payment_terms(False, 5_000, halves).prepayment_bp == 5_000
    assert payment_terms(False, 0, halves).due_at_signature_bp == 5_000
    with pytest.raises(PaymentTermsInvalid) as refused:
        payment_terms(False, 8_000, halves)
    assert refused.value.field == "payment_terms.prepayment_bp"
    with pytest.raises(PaymentTermsInvalid):
        payment_terms(False, 8_000, (InstalmentTerm(10_000, 3_650),))


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ((False, 0, ()), "payment_terms.instalments"),
        ((False, 10_001, (InstalmentTerm(10_000, 0),)), "payment_terms.prepayment_bp"),
        ((False, -1, (InstalmentTerm(10_000, 0),)), "payment_terms.prepayment_bp"),
        ((False, 0, (InstalmentTerm(10_000, -1),)), "payment_terms.instalments[0].due_days"),
        ((False, 0, (InstalmentTerm(10_000, 2**31 - 1),)), "payment_terms.instalments[0].due_days"),
        ((True, 100, ()), "payment_terms.cash_on_delivery"),
        ((True, 0, (InstalmentTerm(5_000, 0), InstalmentTerm(5_000, 1))), "payment_terms.cash_on_delivery"),
    ],
)
def test_contradictions_name_their_field(terms: tuple[bool, int, tuple[InstalmentTerm, ...]], field: str) -> None:
    with pytest.raises(PaymentTermsInvalid) as refusal:
        payment_terms(*terms)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("terms", "risk"),
    [
        (payment_terms(True, 0, ()), ClauseRisk.LOW),
        (PaymentTerms(False, 5_000, (InstalmentTerm(10_000, 30),)), ClauseRisk.MEDIUM),
        (PaymentTerms(False, 5_001, (InstalmentTerm(10_000, 30),)), ClauseRisk.HIGH),
        (payment_terms(False, 0, (InstalmentTerm(5_000, 0), InstalmentTerm(5_000, 30))), ClauseRisk.MEDIUM),
        (payment_terms(False, 0, (InstalmentTerm(5_001, 0), InstalmentTerm(4_999, 30))), ClauseRisk.HIGH),
    ],
)
def test_clause_risk_follows_from_the_terms(terms: PaymentTerms, risk: ClauseRisk) -> None:
    assert assess_clauses(terms).risk is risk


@given(st.integers(0, 2**63 - 1), share_lists())
def test_printed_instalments_add_up_to_the_total(total_minor: int, shares: tuple[InstalmentTerm, ...]) -> None:
    assert sum(instalment_amounts(total_minor, shares)) == total_minor


def test_amounts_are_printed_with_their_currencys_decimals() -> None:
    assert [amount_text(1_234_567, code) for code in ("CNY", "JPY", "KWD")] == ["12,345.67", "1,234,567", "1,234.567"]


@pytest.mark.parametrize("until", [datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), NOON])
def test_a_validity_in_the_past_or_beyond_belief_is_refused(until: datetime) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_validity(until, NOON)
    assert refusal.value.field == "valid_until"


def test_a_quote_is_valid_for_thirty_days_unless_it_says_otherwise() -> None:
    assert check_validity(None, NOON) == NOON + timedelta(days=30)
