"""Values of quotes for tests: real ones with a few words, drawn ones for hypothesis."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from services.quotes.domain.catalogue import CatalogueEntry, PriceTier
from services.quotes.domain.content import Line, QuoteContent
from services.quotes.domain.policy import QuoteFacts
from services.quotes.domain.terms import InstalmentTerm, PaymentTerms, assess_clauses

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HALVES = PaymentTerms(False, 3_000, (InstalmentTerm(5_000, 0), InstalmentTerm(5_000, 30)))
ON_DELIVERY = PaymentTerms(True, 0, (InstalmentTerm(10_000, 0),))
MOSTLY_BEFORE = PaymentTerms(False, 6_000, (InstalmentTerm(6_000, 0), InstalmentTerm(4_000, 30)))


def entry(sku: str = "US-1", currency_code: str = "CNY", floor: int = 8_000) -> CatalogueEntry:
    """A product of 100.00 for one, 90.00 from ten, floor 80.00 unless named."""
    tiers = (PriceTier(1, 10_000), PriceTier(10, 9_000))
    return CatalogueEntry(sku, "超声诊断仪", "台", "影像", currency_code, tiers, floor, 5_000)


def line(quantity: int = 1, unit_price_minor: int = 10_000, tier_price_minor: int = 10_000) -> Line:
    """One priced line."""
    amount = quantity * unit_price_minor
    return Line("US-1", "超声诊断仪", "台", quantity, unit_price_minor, amount, tier_price_minor)


def facts(
    *lines: Line,
    terms: PaymentTerms = ON_DELIVERY,
    is_high_risk: bool = False,
    currency_code: str = "CNY",
    supervisor_id: str = "boss",
) -> QuoteFacts:
    """What the policy looks at."""
    rows = lines or (line(),)
    total = sum(each.amount_minor for each in rows)
    return QuoteFacts(currency_code, total, rows, assess_clauses(terms), is_high_risk, supervisor_id)


def content(**changed: object) -> QuoteContent:
    """One version's content, with some fields changed."""
    values: dict[str, object] = {
        "quote_id": "01J0000000000000000000QUOT",
        "number": "Q-2026-000017",
        "version": 1,
        "account_id": "account-1",
        "account_name": "上海影像设备有限公司",
        "currency_code": "CNY",
        "lines": (line(quantity=3), line(quantity=2, unit_price_minor=9_000)),
        "total_minor": 48_000,
        "payment_terms": HALVES,
        "valid_until_ms": 1_775_000_000_000,
    }
    return QuoteContent(**{**values, **changed})  # type: ignore[arg-type]  # values of several types by name


@st.composite
def tier_lists(draw: st.DrawFn) -> tuple[PriceTier, ...]:
    """Valid tiers: first at 1, ascending quantities, prices that never grow, all of them at least 1."""
    starts = sorted(draw(st.sets(st.integers(2, 1_000_000), max_size=8)))
    prices = sorted(
        draw(st.lists(st.integers(1, 10**9), min_size=len(starts) + 1, max_size=len(starts) + 1)), reverse=True
    )
    return tuple(PriceTier(start, price) for start, price in zip([1, *starts], prices, strict=True))


@st.composite
def share_lists(draw: st.DrawFn) -> tuple[InstalmentTerm, ...]:
    """Instalments whose shares add up to 10,000."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=11)))
    shares = [end - start for start, end in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return tuple(InstalmentTerm(share, draw(st.integers(0, 3_650))) for share in shares)
