"""Values of the domain as protobuf messages, and back; shared by answers and events."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from saleloop.quotes.v1 import quotes_service_pb2 as pb
from services.quotes.domain.content import Line
from services.quotes.domain.errors import InvalidValue
from services.quotes.domain.terms import InstalmentTerm, PaymentTerms, payment_terms


def timestamp(moment: datetime | None) -> Timestamp | None:
    """None stays unset."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def moment_from(stamp: Timestamp, field: str) -> datetime:
    """Aware UTC time; raises InvalidValue for what no calendar knows."""
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidValue("Not a time between the years 1 and 9999.", field=field) from error


def line_message(line: Line) -> pb.QuoteLine:
    return pb.QuoteLine(
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        amount_minor=line.amount_minor,
        tier_price_minor=line.tier_price_minor,
    )


def terms_message(terms: PaymentTerms) -> pb.PaymentTerms:
    return pb.PaymentTerms(
        cash_on_delivery=terms.cash_on_delivery,
        prepayment_bp=terms.prepayment_bp,
        instalments=[pb.InstalmentTerm(share_bp=i.share_bp, due_days=i.due_days) for i in terms.instalments],
    )


def terms_from(message: pb.PaymentTerms) -> PaymentTerms:
    """Raises PaymentTermsInvalid."""
    instalments = tuple(InstalmentTerm(i.share_bp, i.due_days) for i in message.instalments)
    return payment_terms(message.cash_on_delivery, message.prepayment_bp, instalments)
