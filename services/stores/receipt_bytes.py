"""Receipts as bytes: as tills send them, and as many of them lie in one document."""

from collections.abc import Iterable, Sequence

from saleloop.pos.v1 import pos_service_pb2 as pos
from services.stores.domain.receipts import Discount, Kind, Line, Receipt, Tender, digest

_KINDS = {
    pos.RECEIPT_KIND_SALE: Kind.SALE,
    pos.RECEIPT_KIND_RETURN: Kind.RETURN,
    pos.RECEIPT_KIND_VOID: Kind.VOID,
}
_SOURCES = {
    pos.DISCOUNT_SOURCE_PROMOTION: "PROMOTION",
    pos.DISCOUNT_SOURCE_COUPON: "COUPON",
    pos.DISCOUNT_SOURCE_STAFF: "STAFF",
    pos.DISCOUNT_SOURCE_PRICE_CHANGE: "PRICE_CHANGE",
}
_RECEIPTS_TAG = bytes([pos.ReceiptBatch.DESCRIPTOR.fields_by_name["receipts"].number << 3 | 2])


def to_bytes(message: pos.Receipt) -> bytes:
    """The receipt with its fields in the order of their numbers, whatever order it was sent in."""
    return message.SerializeToString(deterministic=True)


def receipt_from(message: pos.Receipt, body: bytes) -> Receipt:
    """The content of a receipt and the digest of its bytes; nothing is judged here."""
    lines = [
        Line(
            line.sku,
            line.quantity_milli,
            line.amount_minor,
            tuple([Discount(_SOURCES.get(d.source, "UNKNOWN"), d.amount_minor, d.reference) for d in discounts])
            if (discounts := line.discounts)
            else (),
        )
        for line in message.lines
    ]
    till_time = message.till_time
    tenders = message.tenders
    codes = message.coupon_codes
    return Receipt(
        number=message.number,
        kind=_KINDS.get(message.kind, Kind.UNKNOWN),
        till_seconds=till_time.seconds,
        till_nanos=till_time.nanos,
        currency_code=message.currency_code,
        total_minor=message.total_minor,
        lines=tuple(lines),
        member_id=message.member_id,
        coupon_codes=tuple(codes) if codes else (),
        tenders=tuple([Tender(tender.kind, tender.amount_minor) for tender in tenders]) if tenders else (),
        original_number=message.original_number,
        original_store_id=message.original_store_id,
        original_terminal_id=message.original_terminal_id,
        original_epoch=message.original_epoch,
        digest=digest(body),
    )


def pack(bodies: Iterable[bytes]) -> bytes:
    """The bytes of a ReceiptBatch that holds these receipts and nothing else."""
    return b"".join([_RECEIPTS_TAG + _varint(len(body)) + body for body in bodies])


def unpack(packed: bytes) -> Sequence[pos.Receipt]:
    """The receipts that were packed, in their order."""
    return pos.ReceiptBatch.FromString(packed).receipts


def _varint(value: int) -> bytes:
    if value < 128:
        return bytes([value])
    encoded = bytearray()
    while value >= 128:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
