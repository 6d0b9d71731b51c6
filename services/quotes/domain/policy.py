"""Which approval steps a quote needs: rules as data, and the reason for every step in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.quotes.domain.amounts import AMOUNT_MAX
from services.quotes.domain.content import Line
from services.quotes.domain.errors import InvalidValue
from services.quotes.domain.steps import Step, StepState
from services.quotes.domain.terms import ClauseAssessment, ClauseRisk

# Thresholds are written in this currency; there are no exchange rates, so an amount in any other one counts as
# above every threshold: asking somebody too many is safe, leaving somebody out is not.
POLICY_CURRENCY = "CNY"
SUPERVISOR = "supervisor"
RULES_MAX = 20
LIMIT_HOURS_MAX = 24 * 90
_STEP_NAME = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """One step, and when it is needed: any of the conditions holds, or there is none. 0 and None mean no condition."""

    step: str
    role: str
    amount_above_minor: int = 0
    discount_above_bp: int = 0
    clause_risk_at_least: ClauseRisk | None = None
    account_at_high_risk: bool = False
    limit_hours: int = 24
    always: bool = False

    @property
    def is_unconditional(self) -> bool:
        """Whether every quote needs this step."""
        return self.always or not (
            self.amount_above_minor or self.discount_above_bp or self.clause_risk_at_least or self.account_at_high_risk
        )


DEFAULT_RULES = (
    ApprovalRule(SUPERVISOR, SUPERVISOR, always=True),
    ApprovalRule("finance", "finance", amount_above_minor=5_000_000, discount_above_bp=500),
    ApprovalRule("legal", "legal", clause_risk_at_least=ClauseRisk.MEDIUM, limit_hours=48),
    ApprovalRule("credit", "finance", account_at_high_risk=True),
    ApprovalRule("regional_manager", "regional_manager", amount_above_minor=20_000_000, limit_hours=48),
    ApprovalRule("general_manager", "general_manager", amount_above_minor=100_000_000, limit_hours=48),
)


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """What the rules look at."""

    currency_code: str
    total_minor: int
    lines: tuple[Line, ...]
    clauses: ClauseAssessment
    is_high_risk: bool
    # The one person who decides supervisor steps; "" lets anybody with the role.
    supervisor_id: str


def check_rules(rules: Sequence[ApprovalRule], known_roles: frozenset[str]) -> None:
    """Steps have distinct names and known roles, and every quote meets at least one; raises InvalidValue."""
    root = "approval_policy.rules"
    if not 1 <= len(rules) <= RULES_MAX:
        raise InvalidValue(f"A policy has 1 to {RULES_MAX} rules.", field=root)
    for index, rule in enumerate(rules):
        path = f"{root}[{index}]"
        if not _STEP_NAME.fullmatch(rule.step):
            raise InvalidValue("A step's name has 1 to 40 small letters or underscores.", field=f"{path}.step")
        if rule.step in {other.step for other in rules[:index]}:
            raise InvalidValue("Two rules have the same step.", field=f"{path}.step")
        if rule.role not in known_roles:
            raise InvalidValue("No such role.", field=f"{path}.role")
        if not 0 <= rule.amount_above_minor <= AMOUNT_MAX:
            raise InvalidValue("An amount in minor units, not negative.", field=f"{path}.amount_above_minor")
        if not 0 <= rule.discount_above_bp <= 10_000:
            raise InvalidValue("0 to 10000 basis points.", field=f"{path}.discount_above_bp")
        if not 1 <= rule.limit_hours <= LIMIT_HOURS_MAX:
            raise InvalidValue(f"1 to {LIMIT_HOURS_MAX} hours.", field=f"{path}.limit_hours")
    if not any(rule.is_unconditional for rule in rules):
        raise InvalidValue("At least one step must always be needed: nothing is sold unseen.", field=root)


def plan_steps(rules: Sequence[ApprovalRule], facts: QuoteFacts) -> tuple[Step, ...]:
    """The steps in the policy's order, waiting or (a clause step that is not needed) skipped with the evidence."""
    return tuple(step for rule in rules if (step := _plan_step(rule, facts)) is not None)


def _plan_step(rule: ApprovalRule, facts: QuoteFacts) -> Step | None:
    reasons = [("每份报价都需要", "Every quote needs it")] if rule.is_unconditional else _reasons(rule, facts)
    clauses = facts.clauses
    if not reasons and rule.clause_risk_at_least is None:
        return None
    if not reasons:
        state, reasons = StepState.SKIPPED, [(f"{clauses.why_zh}，无需此步", f"{clauses.why_en}; not needed")]
    else:
        state = StepState.WAITING
    only_clauses = len(reasons) == 1 and reasons[0] == (clauses.why_zh, clauses.why_en)
    return Step(
        name=rule.step,
        role=rule.role,
        state=state,
        why_zh="；".join(zh for zh, _ in reasons),
        why_en="; ".join(en for _, en in reasons),
        limit_hours=rule.limit_hours,
        passes_by_silence=only_clauses and clauses.risk is ClauseRisk.MEDIUM,
        approver_id=facts.supervisor_id if rule.role == SUPERVISOR else "",
    )


def _reasons(rule: ApprovalRule, facts: QuoteFacts) -> list[tuple[str, str]]:
    reasons = []
    if rule.amount_above_minor and facts.currency_code != POLICY_CURRENCY:
        code = facts.currency_code
        reasons.append((f"金额币种为 {code}，无法与人民币限额比较", f"An amount in {code} has no limit to compare"))
    elif rule.amount_above_minor and facts.total_minor > rule.amount_above_minor:
        limit = f"{rule.amount_above_minor / 100:,.2f} {POLICY_CURRENCY}"
        reasons.append((f"金额超过 {limit}", f"Amount above {limit}"))
    if rule.discount_above_bp and any(_is_discounted(line, rule.discount_above_bp) for line in facts.lines):
        limit = f"{rule.discount_above_bp / 100:g} %"
        reasons.append((f"折扣超过 {limit}", f"Discount above {limit}"))
    if rule.clause_risk_at_least and facts.clauses.risk >= rule.clause_risk_at_least:
        reasons.append((facts.clauses.why_zh, facts.clauses.why_en))
    if rule.account_at_high_risk and facts.is_high_risk:
        reasons.append(("客户属于高风险组", "The account is in the high-risk group"))
    return reasons


def _is_discounted(line: Line, above_bp: int) -> bool:
    """Whether the line's price is more than `above_bp` below its tier's; compared without division."""
    return (line.tier_price_minor - line.unit_price_minor) * 10_000 > above_bp * line.tier_price_minor
