"""The numbers that attention works by: data that leaders change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.leads.domain.attention.checks import number
from services.leads.domain.attention.engagement import EngagementRule, SignalKind
from services.leads.domain.attention.risk import DEFAULT_FALLING_BP, DEFAULT_POINTS, Cause
from services.leads.domain.errors import FieldProblem

WHOLE_BP = 10_000
POINTS_MOST = 1_000
_PATH = "attention_policy"


@dataclass(frozen=True)
class AttentionNumbers:
    """What signals and causes weigh, and where the limits are."""

    engagement: EngagementRule = field(default_factory=EngagementRule)
    risk_points: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULT_POINTS))
    falling_bp: int = DEFAULT_FALLING_BP


@dataclass(frozen=True)
class NumbersChange:
    """A change; zero and empty leave what is there, and maps change only what they name."""

    signal_points: Mapping[str, int] = field(default_factory=dict)
    half_life_hours: int = 0
    hot_points: int = 0
    cool_points: int = 0
    hot_depth_bp: int = 0
    silence_days: int = 0
    slow_answer_minutes: int = 0
    risk_points: Mapping[str, int] = field(default_factory=dict)
    falling_bp: int = 0


def changed(now: AttentionNumbers, change: NumbersChange) -> AttentionNumbers:
    """The numbers after the change. Raises FieldProblem."""
    rule = now.engagement
    rule = replace(
        rule,
        points=_points("signal_points", rule.points, change.signal_points, [kind.value for kind in SignalKind]),
        half_life_hours=_bounded("half_life_hours", change.half_life_hours or rule.half_life_hours, 24 * 90),
        hot_points=_bounded("hot_points", change.hot_points or rule.hot_points, 100_000),
        cool_points=_bounded("cool_points", change.cool_points or rule.cool_points, 100_000),
        hot_depth_bp=_bounded("hot_depth_bp", change.hot_depth_bp or rule.hot_depth_bp, WHOLE_BP),
        silence_days=_bounded("silence_days", change.silence_days or rule.silence_days, 365),
        slow_answer_minutes=_bounded(
            "slow_answer_minutes", change.slow_answer_minutes or rule.slow_answer_minutes, 60 * 24 * 90
        ),
    )
    if rule.cool_points > rule.hot_points:
        raise FieldProblem(
            f"{_PATH}.cool_points", "ABOVE_HOT", "不能高于升温线", "must not be above hot_points, or nothing stays hot"
        )
    return AttentionNumbers(
        rule,
        _points("risk_points", now.risk_points, change.risk_points, [cause.value for cause in Cause]),
        _bounded("falling_bp", change.falling_bp or now.falling_bp, WHOLE_BP),
    )


def _points(name: str, now: Mapping[str, int], change: Mapping[str, int], known: list[str]) -> dict[str, int]:
    for key, points in change.items():
        path = f"{_PATH}.{name}.{key}"
        if key not in known:
            raise FieldProblem(path, "UNKNOWN_KEY", "未知类别", f"must be one of {', '.join(known)}")
        number(path, points, 0, POINTS_MOST)
    return {str(key): points for key, points in {**now, **change}.items()}


def _bounded(name: str, value: int, most: int) -> int:
    return number(f"{_PATH}.{name}", value, 1, most)
