"""What the printed page shows, as plain texts for the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import Any

from services.quotes.domain.content import Line, QuoteContent
from services.quotes.domain.printing import amount_text, date_text, instalment_amounts, share_text, time_text
from services.quotes.domain.terms import PaymentTerms

_WATERMARK_NAME_CHARS = 24


class Standing(Enum):
    """How a version stands when it is printed: (Chinese, English, the watermark's warning)."""

    IN_APPROVAL = ("审批中", "In approval", "未批准 NOT APPROVED")
    RETURNED = ("已退回", "Returned", "未批准 NOT APPROVED")
    REJECTED = ("已拒绝", "Rejected", "已拒绝 REJECTED")
    SUPERSEDED = ("已作废", "Superseded", "已作废 SUPERSEDED")
    APPROVED = ("已批准", "Approved", "")
    SIGNED = ("已签署", "Signed", "")


@dataclass(frozen=True, slots=True)
class PrintedVersion:
    """One version with what is known about it beside its content; times are UTC, printed in `zone`."""

    content: QuoteContent
    content_hash: str
    standing: Standing
    owner_name: str
    submit_time: datetime
    zone: tzinfo
    signer_name: str = ""
    sign_time: datetime | None = None


def page_data(printed: PrintedVersion) -> Mapping[str, Any]:
    """Texts only: the template computes nothing."""
    content, currency = printed.content, printed.content.currency_code
    zh, en, warning = printed.standing.value
    valid_until = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=content.valid_until_ms)
    return {
        "number": content.number,
        "version": str(content.version),
        "watermark": warning or _watermark(content),
        "content_hash": printed.content_hash,
        "account_name": content.account_name,
        "owner_name": printed.owner_name,
        "submit_date": date_text(printed.submit_time, printed.zone),
        "valid_until": date_text(valid_until, printed.zone),
        "currency_code": currency,
        "state": f"{zh} {en}",
        "total": amount_text(content.total_minor, currency),
        "lines": [_line(number, line, currency) for number, line in enumerate(content.lines, start=1)],
        "terms": _terms(content.payment_terms),
        "instalments": _instalments(content),
        "signer_name": printed.signer_name,
        "sign_time": time_text(printed.sign_time, printed.zone) if printed.sign_time else "",
    }


def _watermark(content: QuoteContent) -> str:
    """Names the recipient, so that a copy passed on shows whose it was."""
    return f"{content.number} v{content.version} · {content.account_name[:_WATERMARK_NAME_CHARS]}"


def _line(number: int, line: Line, currency: str) -> dict[str, str]:
    is_discounted = line.unit_price_minor < line.tier_price_minor
    return {
        "number": str(number),
        "sku": line.sku,
        "name": line.name,
        "unit": line.unit,
        "quantity": f"{line.quantity:,}",
        "unit_price": amount_text(line.unit_price_minor, currency),
        "tier_price": amount_text(line.tier_price_minor, currency) if is_discounted else "",
        "amount": amount_text(line.amount_minor, currency),
    }


def _terms(terms: PaymentTerms) -> str:
    if terms.cash_on_delivery:
        return "货到付款 · Cash on delivery"
    if not terms.prepayment_bp:
        return "无预付款 · No prepayment"
    share = share_text(terms.prepayment_bp)
    return f"预付款 {share} · {share} before delivery"


def _instalments(content: QuoteContent) -> list[dict[str, str]]:
    terms, currency = content.payment_terms, content.currency_code
    amounts = instalment_amounts(content.total_minor, terms.instalments)
    return [
        {
            "number": str(number),
            "share": share_text(term.share_bp),
            "due": "货到时 · At delivery" if terms.cash_on_delivery else _due(term.due_days),
            "amount": amount_text(amount, currency),
        }
        for number, (term, amount) in enumerate(zip(terms.instalments, amounts, strict=True), start=1)
    ]


def _due(days: int) -> str:
    return f"签署后 {days} 天 · {days} days after signature" if days else "签署时 · At signature"
