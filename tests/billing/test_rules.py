"""Orders, invoices and values: what is refused, and with which figures."""

from datetime import UTC, datetime

import pytest

from services.billing.domain.errors import CurrencyMismatch, InvoiceExceedsContract, WrongState
from services.billing.domain.invoicing import require_invoiceable
from services.billing.domain.order import OrderState, require_next
from services.billing.domain.success import SuccessPolicy, needs_follow_up
from services.billing.domain.values import MAX_AMOUNT_MINOR, Money, free_text, plausible_time, positive_money, reference

_STEPS = list(OrderState)


@pytest.mark.parametrize("state", _STEPS)
@pytest.mark.parametrize("target", _STEPS)
def test_an_order_only_takes_the_next_step(state: OrderState, target: OrderState) -> None:
    if _STEPS.index(target) == _STEPS.index(state) + 1:
        require_next(state, target)
    else:
        with pytest.raises(WrongState) as refusal:
            require_next(state, target)
        assert refusal.value.metadata == {"order_state": state.value, "target_state": target.value}


def test_an_invoice_beyond_the_terms_is_refused_with_the_difference() -> None:
    with pytest.raises(InvoiceExceedsContract) as refusal:
        require_invoiceable(Money("CNY", 1_001), currency_code="CNY", allowed_minor=1_000, what="instalment 1")
    assert refusal.value.metadata["difference_minor"] == "1"


def test_an_invoice_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch) as refusal:
        require_invoiceable(Money("USD", 1), currency_code="CNY", allowed_minor=1_000, what="the contract")
    assert refusal.value.metadata == {"expected_currency_code": "CNY", "currency_code": "USD"}


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("CNY", -1), ("CNY", MAX_AMOUNT_MINOR + 1), ("CNY", 2**63 - 1), ("cny", 1), ("", 1), ("CNYX", 1), ("CNY", 0)],
)
def test_money_that_cannot_be_is_refused(currency: str, amount: int) -> None:
    with pytest.raises(ValueError, match="must"):
        positive_money(currency, amount)


@pytest.mark.parametrize("year", [1900, 1999, 2100, 9999])
def test_dates_of_another_century_are_refused(year: int) -> None:
    with pytest.raises(ValueError, match="between"):
        plausible_time(datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "  ", "x" * 65, "a\x00b", "line\x1b[31m"])
def test_a_reference_is_short_and_printable(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        reference(text)


def test_success_tasks_follow_delivery_and_the_payment_term() -> None:
    moment = datetime(2026, 5, 20, 8, tzinfo=UTC)
    policy = SuccessPolicy()
    assert policy.satisfaction_call_time(moment) == datetime(2026, 5, 27, 8, tzinfo=UTC)
    assert policy.problem_check_time(moment) == datetime(2026, 5, 15, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "paid", "expected"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_a_late_or_last_payment_starts_a_follow_up(late: bool, paid: bool, expected: bool) -> None:
    assert needs_follow_up(was_overdue=late, is_contract_paid=paid) is expected


def test_a_text_may_hold_the_full_width_space_that_banks_pad_with() -> None:
    assert free_text("货款　C-2026-000001", longest=100) == "货款　C-2026-000001"
