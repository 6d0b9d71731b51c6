"""Values of the domain as plain mappings in documents, and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from services.quotes.domain.catalogue import PriceTier
from services.quotes.domain.content import Line, QuoteContent
from services.quotes.domain.policy import ApprovalRule
from services.quotes.domain.steps import Step, Steps, StepState
from services.quotes.domain.terms import ClauseRisk, InstalmentTerm, PaymentTerms

Row = dict[str, Any]

_LINE_FIELDS = tuple(field.name for field in fields(Line))
_STEP_FIELDS = tuple(field.name for field in fields(Step))


def tier_rows(tiers: Iterable[PriceTier]) -> list[Row]:
    return [asdict(tier) for tier in tiers]


def tiers_from(rows: Iterable[Row]) -> tuple[PriceTier, ...]:
    return tuple(PriceTier(**row) for row in rows)


def line_rows(lines: Iterable[Line]) -> list[Row]:
    return [{name: getattr(line, name) for name in _LINE_FIELDS} for line in lines]


def lines_from(rows: Iterable[Row]) -> tuple[Line, ...]:
    return tuple(Line(**row) for row in rows)


def terms_row(terms: PaymentTerms) -> Row:
    return {**asdict(terms), "instalments": [asdict(each) for each in terms.instalments]}


def terms_from(row: Mapping[str, Any]) -> PaymentTerms:
    instalments = tuple(InstalmentTerm(**each) for each in row["instalments"])
    return PaymentTerms(row["cash_on_delivery"], row["prepayment_bp"], instalments)


def step_rows(steps: Sequence[Step]) -> list[Row]:
    return [{name: getattr(step, name) for name in _STEP_FIELDS} | {"state": int(step.state)} for step in steps]


def steps_from(rows: Iterable[Row]) -> Steps:
    return tuple(Step(**{**row, "state": StepState(row["state"])}) for row in rows)


def content_row(content: QuoteContent) -> Row:
    return {
        **{field.name: getattr(content, field.name) for field in fields(content)},
        "lines": line_rows(content.lines),
        "payment_terms": terms_row(content.payment_terms),
    }


def content_from(row: Mapping[str, Any]) -> QuoteContent:
    parsed = {"lines": lines_from(row["lines"]), "payment_terms": terms_from(row["payment_terms"])}
    return QuoteContent(**{**row, **parsed})


def rule_rows(rules: Iterable[ApprovalRule]) -> list[Row]:
    return [{**asdict(rule), "clause_risk_at_least": int(rule.clause_risk_at_least or 0)} for rule in rules]


def rules_from(rows: Iterable[Row]) -> tuple[ApprovalRule, ...]:
    return tuple(ApprovalRule(**{**row, "clause_risk_at_least": _risk_from(row)}) for row in rows)


def _risk_from(row: Row) -> ClauseRisk | None:
    return ClauseRisk(row["clause_risk_at_least"]) if row["clause_risk_at_least"] else None
