"""From a total and payment terms to instalments: how much each is, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

FULL_SHARE_BP = 10_000
_LONGEST_TERM_DAYS = 3_650


@dataclass(frozen=True)
class Term:
    """A share of the total in basis points, due so many days after signature (None: on delivery)."""

    share_bp: int
    due_days: int | None


@dataclass(frozen=True)
class PlannedInstalment:
    """One due date of a payment plan; `due_time` is unknown until delivery for cash on delivery."""

    number: int
    amount_minor: int
    due_time: datetime | None


def terms_of(*, cash_on_delivery: bool, prepayment_bp: int, shares: Sequence[Term], default_days: int) -> list[Term]:
    """The terms that apply: what was agreed, else the prepayment at once and the rest after `default_days`."""
    if cash_on_delivery:
        return [Term(FULL_SHARE_BP, None)]
    if shares:
        return list(shares)
    parts = [Term(prepayment_bp, 0), Term(FULL_SHARE_BP - prepayment_bp, default_days)]
    return [part for part in parts if part.share_bp > 0]


def split(total_minor: int, shares_bp: Sequence[int]) -> list[int]:
    """Amounts by share that add up to the total exactly (largest remainder, the earlier one wins a tie).

    Raises ValueError when a share is not positive or the shares do not add up to 10000.
    """
    if any(share <= 0 for share in shares_bp) or sum(shares_bp) != FULL_SHARE_BP:
        raise ValueError("shares must be positive and add up to 10000 basis points")
    exact = [total_minor * share for share in shares_bp]
    amounts = [value // FULL_SHARE_BP for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] % FULL_SHARE_BP), i))
    for i in by_remainder[: total_minor - sum(amounts)]:
        amounts[i] += 1
    return amounts


def end_of_day(instant: datetime, days: int, zone: tzinfo) -> datetime:
    """The end of the day `days` after `instant`, as the company's clock shows it; UTC.

    A customer has all of the due day to pay, so the due time is the midnight that ends it.
    """
    day = instant.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def plan_instalments(
    total_minor: int, terms: Sequence[Term], sign_time: datetime, zone: tzinfo
) -> list[PlannedInstalment]:
    """The payment plan. Shares too small to be one minor unit leave no instalment.

    Raises ValueError for shares that do not add up and for terms beyond ten years.
    """
    if any(term.due_days is not None and not 0 <= term.due_days <= _LONGEST_TERM_DAYS for term in terms):
        raise ValueError(f"due_days must be between 0 and {_LONGEST_TERM_DAYS}")
    amounts = split(total_minor, [term.share_bp for term in terms])
    parts = [(amount, term.due_days) for amount, term in zip(amounts, terms, strict=True) if amount > 0]
    return [
        PlannedInstalment(number, amount, None if days is None else end_of_day(sign_time, days, zone))
        for number, (amount, days) in enumerate(parts, start=1)
    ]
