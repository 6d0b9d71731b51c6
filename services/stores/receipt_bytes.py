"""Receipts as bytes: as tills send them, and as many of them lie in one document."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial

from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos
from services.stores.domain.receipts import Discount, Kind, Line, PlainLine, Receipt, Tender, digest, is_plain_line

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


# Most lines are the same product at the same price once more.
_LINES_KEPT = 50_000


def to_bytes(message: pos.Receipt | ingest.ReceiptOfRawLines) -> bytes:
    """The receipt with its fields in the order of their numbers, whatever order it was sent in."""
    return message.SerializeToString(deterministic=True)


# As Line(...) does it, in half the time.
_line: Callable[[tuple[str, int, int, tuple[Discount, ...]]], Line] = partial(tuple.__new__, Line)
_tender: Callable[[tuple[str, int]], Tender] = partial(tuple.__new__, Tender)


class _LineInDisorder(Exception):
    """The line's bytes are not those that serializing it gives."""


def read_batch(content: bytes) -> list[tuple[Receipt, bytes]]:
    """The receipts of a serialized ReceiptBatch, each with its bytes as `to_bytes` gives them.

    Raises google.protobuf.message.DecodeError.
    """
    try:
        return [
            (_receipt(message, tuple(map(_read_line, message.lines)), body := to_bytes(message)), body)
            for message in ingest.BatchOfRawLines.FromString(content).receipts
        ]
    except _LineInDisorder:
        messages = pos.ReceiptBatch.FromString(content).receipts
        return [(receipt_from(message, body := to_bytes(message)), body) for message in messages]


def receipt_from(message: pos.Receipt, body: bytes) -> Receipt:
    """The content of a receipt and the digest of its bytes; nothing is judged here."""
    return _receipt(message, tuple([_line_from(line) for line in message.lines]), body)


def _receipt(message: pos.Receipt | ingest.ReceiptOfRawLines, lines: tuple[Line, ...], body: bytes) -> Receipt:
    till_time = message.till_time
    return Receipt(
        message.number,
        _KINDS.get(message.kind, Kind.UNKNOWN),
        till_time.seconds,
        till_time.nanos,
        message.currency_code,
        message.total_minor,
        lines,
        message.member_id,
        tuple(message.coupon_codes),
        tuple([_tender((tender.kind, tender.amount_minor)) for tender in message.tenders]),
        message.original_number,
        message.original_store_id,
        message.original_terminal_id,
        message.original_epoch,
        digest(body),
    )


@lru_cache(maxsize=_LINES_KEPT)
def _read_line(raw: bytes) -> Line:
    message = pos.ReceiptLine.FromString(raw)
    if message.SerializeToString(deterministic=True) != raw:
        raise _LineInDisorder
    line = _line_from(message)
    return PlainLine._make(line) if is_plain_line(line) else line


def _line_from(line: pos.ReceiptLine) -> Line:
    discounts = [Discount(_SOURCES.get(d.source, "UNKNOWN"), d.amount_minor, d.reference) for d in line.discounts]
    return _line((line.sku, line.quantity_milli, line.amount_minor, tuple(discounts)))


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
