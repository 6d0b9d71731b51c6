"""A receipt as the till wrote it, and what makes one unbelievable."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

MAX_NUMBER = 2**53
MAX_LINES = 2_000
# Ten billion in major units: nothing a till sells, and sums of a million receipts still fit 64 bits.
MAX_AMOUNT_MINOR = 10**12
MAX_QUANTITY_MILLI = 10**12
MAX_TEXT = 64
OLDEST_SECONDS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
NEWEST_AHEAD_SECONDS = 366 * 86_400
DIGEST_BYTES = 16


class Kind(StrEnum):
    """What a receipt does."""

    SALE = "SALE"
    RETURN = "RETURN"
    VOID = "VOID"
    UNKNOWN = "UNKNOWN"


class Discount(NamedTuple):
    """What was taken off a line; `amount_minor` is positive."""

    source: str
    amount_minor: int
    reference: str = ""


class Line(NamedTuple):
    """One position. `amount_minor` is what was paid, discounts taken off; it is authoritative."""

    sku: str
    quantity_milli: int
    amount_minor: int
    discounts: tuple[Discount, ...] = ()


class PlainLine(Line):
    """A line that no check of a sale refuses; see `is_plain_line`."""

    __slots__ = ()


class Tender(NamedTuple):
    """How a part was paid."""

    kind: str
    amount_minor: int


@dataclass(slots=True)  # frozen ones take three times as long to make, and this is the hot path; none is changed
class Receipt:
    """The content of a receipt; `till_seconds` counts from 1970 and may be anything that 64 bits hold.

    `digest` stands for the whole content as it was sent. An `original_store_id` or `original_terminal_id` that is
    empty and an `original_epoch` of 0 mean the receipt's own. Sales have quantities of 0 or more; returns and the
    lines of a void carry what they take back as negative quantities and amounts (the void of a return positive ones).
    """

    number: int
    kind: Kind
    till_seconds: int
    till_nanos: int
    currency_code: str
    total_minor: int
    lines: tuple[Line, ...]
    member_id: str = ""
    coupon_codes: tuple[str, ...] = ()
    tenders: tuple[Tender, ...] = ()
    original_number: int = 0
    original_store_id: str = ""
    original_terminal_id: str = ""
    original_epoch: int = 0
    digest: bytes = b""

    @property
    def till_time(self) -> datetime:
        """The till's clock as an aware instant; only for a receipt that was not refused for its time."""
        return datetime.fromtimestamp(self.till_seconds, UTC) + timedelta(microseconds=self.till_nanos // 1000)

    @property
    def takes_back(self) -> bool:
        """True when it is a return, or the void of a sale."""
        return self.kind is Kind.RETURN or (self.kind is Kind.VOID and self.total_minor <= 0)

    @property
    def weight(self) -> int:
        """What it adds to the number of sold receipts: a sale 1, the void of a sale -1, all else 0."""
        if self.kind is Kind.SALE:
            return 1
        return -1 if self.kind is Kind.VOID and self.total_minor <= 0 else 0


def content(receipt: Receipt) -> dict[str, object]:
    """Every field that makes the content, in a form that JSON keeps."""
    return {
        "kind": receipt.kind.value,
        "till_time": [receipt.till_seconds, receipt.till_nanos],
        "currency_code": receipt.currency_code,
        "total_minor": receipt.total_minor,
        "lines": [
            [
                line.sku,
                line.quantity_milli,
                line.amount_minor,
                [[d.source, d.amount_minor, d.reference] for d in line.discounts],
            ]
            for line in receipt.lines
        ],
        "member_id": receipt.member_id,
        "coupon_codes": list(receipt.coupon_codes),
        "tenders": [[tender.kind, tender.amount_minor] for tender in receipt.tenders],
        "original": [
            receipt.original_store_id,
            receipt.original_terminal_id,
            receipt.original_epoch,
            receipt.original_number,
        ],
    }


def digest(body: bytes) -> bytes:
    """The first 16 bytes of the SHA-256 of a serialized receipt (fields in the order of their numbers)."""
    return hashlib.sha256(body).digest()[:DIGEST_BYTES]


def difference(first: dict[str, object], second: dict[str, object]) -> dict[str, list[object]]:
    """The fields in which two contents differ, each with both values."""
    return {name: [first.get(name), value] for name, value in second.items() if first.get(name) != value}


def refusal(receipt: Receipt, *, currency_code: str, receive_seconds: int) -> str:
    """Why the receipt cannot be read or believed; empty when it can. The first reason found is told."""
    if _is_plain_sale(receipt, currency_code, receive_seconds):
        return ""
    if not 1 <= receipt.number <= MAX_NUMBER:
        return "NUMBER_OUT_OF_RANGE"
    if not 0 <= receipt.original_number <= MAX_NUMBER:
        return "ORIGINAL_NUMBER_OUT_OF_RANGE"
    if receipt.kind is Kind.UNKNOWN:
        return "KIND_UNKNOWN"
    if not OLDEST_SECONDS <= receipt.till_seconds <= receive_seconds + NEWEST_AHEAD_SECONDS:
        return "TIME_UNBELIEVABLE"
    if not 0 <= receipt.till_nanos < 10**9:
        return "TIME_UNBELIEVABLE"
    return _text_refusal(receipt) or _amount_refusal(receipt, currency_code) or _sign_refusal(receipt)


def _is_plain_sale(receipt: Receipt, currency_code: str, receive_seconds: int) -> bool:
    """True when nothing below can refuse it, as for nearly all receipts; found out in one pass over the lines."""
    if (
        receipt.kind is not Kind.SALE
        or not 1 <= receipt.number <= MAX_NUMBER
        or receipt.original_number
        or not OLDEST_SECONDS <= receipt.till_seconds <= receive_seconds
        or not 0 <= receipt.till_nanos < 10**9
        or receipt.currency_code != currency_code
        or not 0 < len(receipt.lines) <= MAX_LINES
        or not 0 <= receipt.total_minor <= MAX_AMOUNT_MINOR
        or (receipt.member_id and not is_key(receipt.member_id))
    ):
        return False
    left = receipt.total_minor
    for line in receipt.lines:
        left -= line[2]
        if line.__class__ is not PlainLine and not is_plain_line(line):
            return False
    for _, amount in receipt.tenders:
        if not -MAX_AMOUNT_MINOR <= amount <= MAX_AMOUNT_MINOR:
            return False
    return left == 0


def is_plain_line(line: Line) -> bool:
    """True when nothing below can refuse the line in a sale."""
    sku, quantity, amount, discounts = line
    return (
        0 <= quantity <= MAX_QUANTITY_MILLI
        and 0 <= amount <= MAX_AMOUNT_MINOR
        and is_key(sku)
        and all(0 <= discount.amount_minor <= MAX_AMOUNT_MINOR for discount in discounts)
    )


def is_key(text: str) -> bool:
    """True for 1 to 64 printable characters: what a SKU or a member may be called."""
    return 0 < len(text) <= MAX_TEXT and text.isprintable()


def _text_refusal(receipt: Receipt) -> str:
    if not receipt.lines:
        return "NO_LINES"
    if len(receipt.lines) > MAX_LINES:
        return "TOO_MANY_LINES"
    for line in receipt.lines:
        if not is_key(line.sku):
            return "SKU_INVALID"
    return "MEMBER_INVALID" if receipt.member_id and not is_key(receipt.member_id) else ""


def _amount_refusal(receipt: Receipt, currency_code: str) -> str:
    if receipt.currency_code != currency_code:
        return "CURRENCY_WRONG"
    total, is_amount_too_large, is_quantity_too_large = 0, abs(receipt.total_minor) > MAX_AMOUNT_MINOR, False
    for _, quantity, amount, discounts in receipt.lines:
        total += amount
        if not -MAX_AMOUNT_MINOR <= amount <= MAX_AMOUNT_MINOR:
            is_amount_too_large = True
        if not -MAX_QUANTITY_MILLI <= quantity <= MAX_QUANTITY_MILLI:
            is_quantity_too_large = True
        for discount in discounts:
            if abs(discount.amount_minor) > MAX_AMOUNT_MINOR:
                is_amount_too_large = True
    for tender in receipt.tenders:
        if abs(tender.amount_minor) > MAX_AMOUNT_MINOR:
            is_amount_too_large = True
    if is_amount_too_large:
        return "AMOUNT_TOO_LARGE"
    if is_quantity_too_large:
        return "QUANTITY_TOO_LARGE"
    return "" if receipt.total_minor == total else "TOTAL_DIFFERS_FROM_LINES"


def _sign_refusal(receipt: Receipt) -> str:
    is_sale, is_return = receipt.kind is Kind.SALE, receipt.kind is Kind.RETURN
    for _, quantity, _, discounts in receipt.lines:
        for discount in discounts:
            if discount.amount_minor < 0:
                return "DISCOUNT_NEGATIVE"
        if quantity < 0 and is_sale:
            return "QUANTITY_NEGATIVE"
        if quantity > 0 and is_return:
            return "RETURN_NOT_NEGATIVE"
    return "RETURN_NOT_NEGATIVE" if is_return and receipt.total_minor > 0 else ""
