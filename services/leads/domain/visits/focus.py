"""Which three customers a salesperson should act on today, and why.

The score of an account is the sum of three parts in thousandths: win probability (up to 400), urgency (up to 350) and
collection risk (up to 250). Accounts with no part at all are no focus.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Words = Mapping[str, str]

FOCUS_SIZE = 3
# How likely an opportunity is won, by its stage, in basis points.
WIN_PROBABILITY_BP: Mapping[str, int] = {
    "lead": 1_000,
    "proposal": 2_500,
    "quote": 5_000,
    "contract": 8_000,
    "payment": 9_500,
}
_STAGES_ZH = {"lead": "线索", "proposal": "方案", "quote": "报价", "contract": "合同", "payment": "回款"}
_WIN_POINTS, _URGENCY_POINTS, _COLLECTION_POINTS = 400, 350, 250
_RADAR_POINTS = {"due": 100, "yellow": 170, "red": 250}
_RADAR_ZH = {"due": "已到期", "yellow": "黄色", "red": "红色"}
_HIGH_RISK_POINTS = 60


@dataclass(frozen=True)
class FocusFacts:
    """What is known of an account at a moment. Times are UTC, money in minor units."""

    account_id: str
    company: str
    # Of the open opportunity that is furthest; empty when there is none.
    stage: str = ""
    expected_amount_minor: int = 0
    # When open next actions and first contacts are due.
    action_due_times: tuple[datetime, ...] = ()
    first_contact_due_times: tuple[datetime, ...] = ()
    reorder_skus: tuple[str, ...] = ()
    overdue_minor: int = 0
    # Of the worst receivable: due, yellow, red; empty when none is overdue.
    radar_state: str = ""
    is_high_risk: bool = False


@dataclass(frozen=True)
class FocusPart:
    """The points of one kind and the reason for them, by language tag."""

    name: str
    score_milli: int
    reasons: Words


@dataclass(frozen=True)
class FocusChoice:
    """An account of the day."""

    account_id: str
    company: str
    score_milli: int
    parts: tuple[FocusPart, ...]


def daily_focus(accounts: Sequence[FocusFacts], at: datetime) -> tuple[FocusChoice, ...]:
    """The three with most points as of `at` (UTC), best first.

    Among equal scores the larger overdue amount goes first, then the larger expected amount, then the account id; the
    order of the input never matters.
    """
    scored = [(facts, choice) for facts in accounts if (choice := _choice(facts, at)).score_milli > 0]
    scored.sort(key=lambda each: _rank(each[0], each[1].score_milli))
    return tuple(_with_tie(index, scored) for index in range(min(FOCUS_SIZE, len(scored))))


def _rank(facts: FocusFacts, score_milli: int) -> tuple[int, int, int, str]:
    return -score_milli, -facts.overdue_minor, -facts.expected_amount_minor, facts.account_id


def _choice(facts: FocusFacts, at: datetime) -> FocusChoice:
    parts = tuple(part for part in (_win(facts), _urgency(facts, at), _collection(facts)) if part.score_milli > 0)
    return FocusChoice(facts.account_id, facts.company, sum(part.score_milli for part in parts), parts)


def _with_tie(index: int, scored: Sequence[tuple[FocusFacts, FocusChoice]]) -> FocusChoice:
    """The choice; when the next one has as many points, with the word why it comes after."""
    facts, choice = scored[index]
    behind = next(
        (
            other
            for other, next_choice in scored[index + 1 : index + 2]
            if next_choice.score_milli == choice.score_milli
        ),
        None,
    )
    if behind is None:
        return choice
    if facts.overdue_minor != behind.overdue_minor:
        words = {"zh": "同分，逾期金额较大者优先", "en": "same score: the larger overdue amount goes first"}
    elif facts.expected_amount_minor != behind.expected_amount_minor:
        words = {"zh": "同分，预计金额较大者优先", "en": "same score: the larger expected amount goes first"}
    else:
        words = {"zh": "同分，按客户编号排序", "en": "same score: in the order of the accounts' ids"}
    return FocusChoice(
        choice.account_id, choice.company, choice.score_milli, (*choice.parts, FocusPart("tie", 0, words))
    )


def _win(facts: FocusFacts) -> FocusPart:
    probability_bp = WIN_PROBABILITY_BP.get(facts.stage, 0)
    amount = facts.expected_amount_minor // 100
    stage_zh = _STAGES_ZH.get(facts.stage, facts.stage)
    return FocusPart(
        "win_probability",
        _WIN_POINTS * probability_bp // 10_000,
        {
            "zh": f"商机在{stage_zh}阶段，赢率 {probability_bp // 100}%，预计 {amount:,} 元",
            "en": f"opportunity at stage {facts.stage}, {probability_bp // 100} % to win, {amount:,} CNY expected",
        },
    )


def _urgency(facts: FocusFacts, at: datetime) -> FocusPart:
    """The most urgent reason counts; the others are told too."""
    reasons = [
        *_late("下一步行动", "next action", facts.action_due_times, at),
        *_late("首次联系", "first contact", facts.first_contact_due_times, at),
    ]
    if facts.reorder_skus:
        named = "、".join(facts.reorder_skus[:3])
        number = len(facts.reorder_skus)
        reasons.append(
            (
                min(150 + 20 * number, 250),
                f"{number} 个商品需补货（{named}）",
                f"{number} products to reorder ({', '.join(facts.reorder_skus[:3])})",
            )
        )
    return FocusPart(
        "urgency",
        max((points for points, _, _ in reasons), default=0),
        {"zh": "；".join(zh for _, zh, _ in reasons), "en": "; ".join(en for _, _, en in reasons)},
    )


def _late(zh: str, en: str, due_times: Sequence[datetime], at: datetime) -> list[tuple[int, str, str]]:
    """Overdue: 250 points and 20 more for each day; due within a day: 200; within three: 100."""
    if not due_times:
        return []
    due = min(due_times)
    late_days = (at - due) // timedelta(days=1)
    if due < at:
        points = min(250 + 20 * late_days, _URGENCY_POINTS)
        return [(points, f"{zh}已逾期 {late_days} 天", f"{en} overdue for {late_days} days")]
    hours = (due - at) // timedelta(hours=1)
    if due <= at + timedelta(days=1):
        return [(200, f"{zh} {hours} 小时内到期", f"{en} due in {hours} hours")]
    if due <= at + timedelta(days=3):
        return [(100, f"{zh} {hours // 24} 天后到期", f"{en} due in {hours // 24} days")]
    return []


def _collection(facts: FocusFacts) -> FocusPart:
    points = _RADAR_POINTS.get(facts.radar_state, 0) + (_HIGH_RISK_POINTS if facts.is_high_risk else 0)
    amount = facts.overdue_minor // 100
    zh, en = [], []
    if facts.radar_state:
        zh.append(f"逾期应收 {amount:,} 元（{_RADAR_ZH.get(facts.radar_state, facts.radar_state)}）")
        en.append(f"{amount:,} CNY overdue ({facts.radar_state})")
    if facts.is_high_risk:
        zh.append("高风险客户")
        en.append("high-risk account")
    return FocusPart("collection_risk", min(points, _COLLECTION_POINTS), {"zh": "，".join(zh), "en": ", ".join(en)})
