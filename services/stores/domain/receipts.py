"""A receipt as the till wrote it, and what makes one unbelievable."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MAX_NUMBER = 2**53
MAX_LINES = 2_000
# Ten billion in major units: nothing a till sells, and sums of a million receipts still fit 64 bits.
MAX_AMOUNT_MINOR = 10**12
MAX_QUANTITY_MILLI = 10**12
MAX_TEXT = 64
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
NEWEST_AHEAD = timedelta(days=366)


class Kind(StrEnum):
    """What a receipt does."""

    SALE = "SALE"
    RETURN = "RETURN"
    VOID = "VOID"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Discount:
    """What was taken off a line; `amount_minor` is positive."""

    source: str
    amount_minor: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One position. `amount_minor` is what was paid, discounts taken off; it is authoritative."""

    sku: str
    quantity_milli: int
    amount_minor: int
    discounts: tuple[Discount, ...] = ()

    @property
    def discount_minor(self) -> int:
        """All discounts of the line."""
        return sum(discount.amount_minor for discount in self.discounts)


@dataclass(frozen=True, slots=True)
class Tender:
    """How a part was paid."""

    kind: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The content of a receipt; `till_seconds` counts from 1970 and may be anything that 64 bits hold.

    Sales have quantities of 0 or more; returns and the lines of a void carry what they take back as negative
    quantities and amounts (the void of a return carries positive ones).
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
        "original_number": receipt.original_number,
    }


def digest(receipt: Receipt) -> str:
    """SHA-256 (hex) of number and content; equal content gives an equal digest on every machine."""
    text = json.dumps([receipt.number, content(receipt)], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def difference(first: dict[str, object], second: dict[str, object]) -> dict[str, list[object]]:
    """The fields in which two contents differ, each with both values."""
    return {name: [first.get(name), value] for name, value in second.items() if first.get(name) != value}


def refusal(receipt: Receipt, *, currency_code: str, receive_time: datetime) -> str:
    """Why the receipt cannot be read or believed; empty when it can. The first reason found is told."""
    return (
        _number_refusal(receipt)
        or _time_refusal(receipt, receive_time)
        or _text_refusal(receipt)
        or _amount_refusal(receipt, currency_code)
        or _sign_refusal(receipt)
    )


def _number_refusal(receipt: Receipt) -> str:
    if not 1 <= receipt.number <= MAX_NUMBER:
        return "NUMBER_OUT_OF_RANGE"
    if not 0 <= receipt.original_number <= MAX_NUMBER:
        return "ORIGINAL_NUMBER_OUT_OF_RANGE"
    return "KIND_UNKNOWN" if receipt.kind is Kind.UNKNOWN else ""


def _time_refusal(receipt: Receipt, receive_time: datetime) -> str:
    newest = receive_time + NEWEST_AHEAD
    if not OLDEST.timestamp() <= receipt.till_seconds <= newest.timestamp():
        return "TIME_UNBELIEVABLE"
    return "" if 0 <= receipt.till_nanos < 10**9 else "TIME_UNBELIEVABLE"


def _text_refusal(receipt: Receipt) -> str:
    if not receipt.lines:
        return "NO_LINES"
    if len(receipt.lines) > MAX_LINES:
        return "TOO_MANY_LINES"
    if any(not _is_key(line.sku) for line in receipt.lines):
        return "SKU_INVALID"
    return "MEMBER_INVALID" if receipt.member_id and not _is_key(receipt.member_id) else ""


def _is_key(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and text.isprintable()


def _amount_refusal(receipt: Receipt, currency_code: str) -> str:
    if receipt.currency_code != currency_code:
        return "CURRENCY_WRONG"
    amounts = [receipt.total_minor, *(line.amount_minor for line in receipt.lines)]
    amounts += [d.amount_minor for line in receipt.lines for d in line.discounts]
    amounts += [tender.amount_minor for tender in receipt.tenders]
    if any(abs(amount) > MAX_AMOUNT_MINOR for amount in amounts):
        return "AMOUNT_TOO_LARGE"
    if any(abs(line.quantity_milli) > MAX_QUANTITY_MILLI for line in receipt.lines):
        return "QUANTITY_TOO_LARGE"
    if receipt.total_minor != sum(line.amount_minor for line in receipt.lines):
        return "TOTAL_DIFFERS_FROM_LINES"
    return ""


def _sign_refusal(receipt: Receipt) -> str:
    if any(d.amount_minor < 0 for line in receipt.lines for d in line.discounts):
        return "DISCOUNT_NEGATIVE"
    if receipt.kind is Kind.SALE and any(line.quantity_milli < 0 for line in receipt.lines):
        return "QUANTITY_NEGATIVE"
    if receipt.kind is Kind.RETURN:
        if receipt.total_minor > 0:
            return "RETURN_NOT_NEGATIVE"
        if any(line.quantity_milli > 0 for line in receipt.lines):
            return "RETURN_NOT_NEGATIVE"
    return ""
