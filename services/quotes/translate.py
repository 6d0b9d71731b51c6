"""Requests to what the commands take, documents to answers."""

from collections.abc import Iterable

from saleloop.quotes.v1 import quotes_service_pb2 as pb
from saleloop.type.v1 import money_pb2
from services.quotes import wire
from services.quotes.commands.create_quote import WantedQuote
from services.quotes.documents import Policy, Product, Quote
from services.quotes.domain.catalogue import CatalogueEntry, PriceTier
from services.quotes.domain.content import QuoteContent, WantedLine
from services.quotes.domain.errors import InvalidValue, PaymentTermsInvalid
from services.quotes.domain.policy import ApprovalRule
from services.quotes.domain.steps import Step
from services.quotes.domain.terms import ClauseRisk, assess_clauses
from services.quotes.stored import Row


def entry_from(message: pb.Product) -> CatalogueEntry:
    """Raises InvalidValue."""
    tiers = tuple(PriceTier(tier.min_quantity, tier.unit_price_minor) for tier in message.tiers)
    return CatalogueEntry(
        sku=message.sku,
        name=message.name.strip(),
        unit=message.unit.strip(),
        category=message.category.strip(),
        currency_code=message.currency_code,
        tiers=tiers,
        floor_price_minor=message.floor_price_minor,
        cost_minor=message.cost_minor,
    )


def product_message(product: Product) -> pb.Product:
    entry = product.entry
    return pb.Product(
        sku=entry.sku,
        name=entry.name,
        unit=entry.unit,
        category=entry.category,
        currency_code=entry.currency_code,
        tiers=[
            pb.PriceTier(min_quantity=tier.min_quantity, unit_price_minor=tier.unit_price_minor) for tier in entry.tiers
        ],
        floor_price_minor=entry.floor_price_minor,
        cost_minor=entry.cost_minor,
        version=product.version,
    )


def wanted_quote(request: pb.CreateQuoteRequest) -> WantedQuote:
    """Raises InvalidValue, PaymentTermsInvalid."""
    if not request.HasField("payment_terms"):
        raise PaymentTermsInvalid("A quote needs payment terms.", field="payment_terms")
    until = wire.moment_from(request.valid_until, "valid_until") if request.HasField("valid_until") else None
    return WantedQuote(
        account_id=request.account_id,
        currency_code=request.currency_code,
        lines=wanted_lines(request.lines),
        payment_terms=wire.terms_from(request.payment_terms),
        valid_until=until,
    )


def wanted_lines(lines: Iterable[pb.QuoteLineInput]) -> tuple[WantedLine, ...]:
    return tuple(WantedLine(line.sku, line.quantity, line.unit_price_minor) for line in lines)


def quote_message(quote: Quote) -> pb.Quote:
    terms = quote.terms
    return pb.Quote(
        id=quote.id,
        number=quote.number or "",
        state=pb.QuoteState.ValueType(quote.state),
        account_id=quote.account_id,
        account_name=quote.account_name,
        owner_id=quote.owner_id,
        currency_code=quote.currency_code,
        lines=[wire.line_message(line) for line in quote.priced_lines],
        total=money_message(quote.currency_code, quote.total_minor),
        payment_terms=wire.terms_message(terms),
        clause_risk=pb.ClauseRisk.ValueType(assess_clauses(terms).risk),
        current_version=quote.current_version,
        versions=[_version_message(quote, row) for row in quote.versions],
        steps=[step_message(step) for step in quote.approval_steps],
        create_time=wire.timestamp(quote.create_time),
        sign_time=wire.timestamp(quote.sign_time),
        signer_name=quote.signer_name or "",
        valid_until=wire.timestamp(quote.valid_until),
        version=quote.version,
    )


def _version_message(quote: Quote, row: Row) -> pb.QuoteVersion:
    return pb.QuoteVersion(
        number=row["number"],
        content_hash=row["content_hash"],
        total=money_message(quote.currency_code, row["total_minor"]),
        is_current=quote.is_standing and row["number"] == quote.current_version,
        submit_time=wire.timestamp(row["submit_time"]),
        submitted_by=row["submitted_by"],
    )


def step_message(step: Step) -> pb.ApprovalStep:
    return pb.ApprovalStep(
        name=step.name,
        role=step.role,
        state=pb.StepState.ValueType(step.state),
        why={"zh": step.why_zh, "en": step.why_en},
        approver_id=step.approver_id,
        decided_by=step.decided_by,
        decide_time=wire.timestamp(step.decide_time),
        comment=step.comment,
        due_time=wire.timestamp(step.due_time),
    )


def sign_page_message(quote: Quote, content: QuoteContent) -> pb.GetSignPageResponse:
    return pb.GetSignPageResponse(
        number=content.number,
        quote_version=content.version,
        account_name=content.account_name,
        lines=[wire.line_message(line) for line in content.lines],
        total=money_message(content.currency_code, content.total_minor),
        payment_terms=wire.terms_message(content.payment_terms),
        content_hash=quote.versions[-1]["content_hash"],
        state=pb.QuoteState.ValueType(quote.state),
        expire_time=wire.timestamp(quote.valid_until),
        signer_name=quote.signer_name or "",
        sign_time=wire.timestamp(quote.sign_time),
    )


def money_message(currency_code: str, amount_minor: int) -> money_pb2.Money:
    return money_pb2.Money(currency_code=currency_code, amount_minor=amount_minor)


def rules_from(message: pb.ApprovalPolicy) -> tuple[ApprovalRule, ...]:
    """Raises InvalidValue for an unknown clause risk; the rest is checked with the policy as a whole."""
    return tuple(
        ApprovalRule(
            step=rule.step,
            role=rule.role,
            amount_above_minor=rule.amount_above_minor,
            discount_above_bp=rule.discount_above_bp,
            clause_risk_at_least=_risk_from(rule.clause_risk_at_least, index),
            account_at_high_risk=rule.account_at_high_risk,
            limit_hours=rule.limit_hours,
            always=rule.always,
        )
        for index, rule in enumerate(message.rules)
    )


def policy_message(policy: Policy) -> pb.ApprovalPolicy:
    rules = [
        pb.ApprovalRule(
            step=rule.step,
            role=rule.role,
            amount_above_minor=rule.amount_above_minor,
            discount_above_bp=rule.discount_above_bp,
            clause_risk_at_least=pb.ClauseRisk.ValueType(rule.clause_risk_at_least or 0),
            account_at_high_risk=rule.account_at_high_risk,
            limit_hours=rule.limit_hours,
            always=rule.always,
        )
        for rule in policy.approval_rules
    ]
    return pb.ApprovalPolicy(rules=rules, version=policy.version)


def _risk_from(number: int, index: int) -> ClauseRisk | None:
    try:
        return ClauseRisk(number) if number else None
    except ValueError as error:
        path = f"approval_policy.rules[{index}].clause_risk_at_least"
        raise InvalidValue("No such clause risk.", field=path) from error
