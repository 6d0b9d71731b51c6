"""Receipts to test with."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from services.stores.domain.outcomes import Known
from services.stores.domain.receipts import Discount, Kind, Line, Receipt

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def receipt(number: int = 1, *, amounts: tuple[int, ...] = (250, 99), **changes: Any) -> Receipt:
    """A believable sale, with any field changed."""
    lines = tuple(Line(f"sku-{index}", 1000, amount) for index, amount in enumerate(amounts))
    fields: dict[str, Any] = {
        "number": number,
        "kind": Kind.SALE,
        "till_seconds": int(NOW.timestamp()) - 60,
        "till_nanos": 0,
        "currency_code": "USD",
        "total_minor": sum(amounts),
        "lines": lines,
    }
    return Receipt(**{**fields, **changes})


def known(**changes: Any) -> Known:
    """A store that sells in dollars and knows the SKUs 0 and 1."""
    fields: dict[str, Any] = {
        "currency_code": "USD",
        "receive_time": NOW,
        "digests": {},
        "skus": frozenset({"sku-0", "sku-1"}),
        "members": frozenset({"m1"}),
    }
    return Known(**{**fields, **changes})


@st.composite
def receipts(draw: st.DrawFn) -> Receipt:
    """Sales, returns and voids, believable ones and others."""
    kind = draw(st.sampled_from([Kind.SALE, Kind.SALE, Kind.RETURN, Kind.VOID]))
    sign = 1 if kind is Kind.SALE else -1
    lines = tuple(
        Line(
            f"sku-{draw(st.integers(0, 3))}",
            sign * draw(st.integers(0, 90_000_000)),
            sign * draw(st.integers(0, 5_000)),
            tuple(Discount("COUPON", draw(st.integers(1, 50))) for _ in range(draw(st.integers(0, 1)))),
        )
        for _ in range(draw(st.integers(0, 4)))
    )
    return Receipt(
        number=draw(st.integers(0, 8)),
        kind=kind,
        till_seconds=int(NOW.timestamp()) - draw(st.integers(0, 10)) * 40_000,
        till_nanos=0,
        currency_code="USD",
        total_minor=sum(line.amount_minor for line in lines) + draw(st.sampled_from([0, 0, 0, 1])),
        lines=lines,
        original_number=draw(st.integers(0, 8)) if kind is not Kind.SALE else 0,
    )
