"""Receipts to test with."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from saleloop.pos.v1 import pos_service_pb2 as pos
from services.stores.domain.outcomes import Known
from services.stores.domain.receipts import Discount, Kind, Line, Receipt
from services.stores.receipt_bytes import receipt_from, to_bytes

_KIND_NAMES = {Kind.UNKNOWN: "UNSPECIFIED"}
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
    return digested(Receipt(**{**fields, **changes}))


def message_of(one: Receipt) -> pos.Receipt:
    """The receipt as a till sends it."""
    message = pos.Receipt(
        number=one.number,
        kind=pos.ReceiptKind.Value(f"RECEIPT_KIND_{_KIND_NAMES.get(one.kind, one.kind.value)}"),
        currency_code=one.currency_code,
        total_minor=one.total_minor,
        member_id=one.member_id,
        coupon_codes=one.coupon_codes,
        original_number=one.original_number,
        original_store_id=one.original_store_id,
        original_terminal_id=one.original_terminal_id,
        original_epoch=one.original_epoch,
    )
    message.till_time.seconds, message.till_time.nanos = one.till_seconds, one.till_nanos
    for line in one.lines:
        added = message.lines.add(sku=line.sku, quantity_milli=line.quantity_milli, amount_minor=line.amount_minor)
        for discount in line.discounts:
            source = pos.DiscountSource.Value(f"DISCOUNT_SOURCE_{discount.source}")
            added.discounts.add(source=source, amount_minor=discount.amount_minor, reference=discount.reference)
    for tender in one.tenders:
        message.tenders.add(kind=tender.kind, amount_minor=tender.amount_minor)
    return message


def digested(one: Receipt) -> Receipt:
    """The receipt as it is read after it was sent."""
    message = message_of(one)
    return receipt_from(message, to_bytes(message))


def known(**changes: Any) -> Known:
    """A store that sells in dollars and knows the SKUs 0 and 1."""
    fields: dict[str, Any] = {
        "store_id": "s1",
        "terminal_id": "t1",
        "epoch": 1,
        "currency_code": "USD",
        "receive_seconds": int(NOW.timestamp()),
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
    return digested(
        Receipt(
            number=draw(st.integers(0, 8)),
            kind=kind,
            till_seconds=int(NOW.timestamp()) - draw(st.integers(0, 10)) * 40_000,
            till_nanos=0,
            currency_code="USD",
            total_minor=sum(line.amount_minor for line in lines) + draw(st.sampled_from([0, 0, 0, 1])),
            lines=lines,
            original_number=draw(st.integers(0, 8)) if kind is not Kind.SALE else 0,
        )
    )
