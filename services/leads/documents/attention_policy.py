"""The numbers of attention as they are stored: one document for the installation."""

from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.attention.engagement import EngagementRule
from services.leads.domain.attention.policy import AttentionNumbers

POLICY_ID = "attention_policy"


class AttentionPolicy(Aggregate):
    """Points, limits and half-life; until somebody changes them there is no document and the defaults hold."""

    meta: ClassVar[dict[str, Any]] = {"collection": "attention_policies"}

    signal_points: dict[str, int] = PlainField(default=dict)
    half_life_hours: int = mongoengine.IntField(required=True)
    hot_points: int = mongoengine.IntField(required=True)
    cool_points: int = mongoengine.IntField(required=True)
    hot_depth_bp: int = mongoengine.IntField(required=True)
    silence_days: int = mongoengine.IntField(required=True)
    slow_answer_minutes: int = mongoengine.IntField(required=True)
    risk_points: dict[str, int] = PlainField(default=dict)
    falling_bp: int = mongoengine.IntField(required=True)

    @classmethod
    def current(cls) -> "AttentionPolicy":
        """The stored policy, or one of defaults that is not stored (version 0)."""
        found = cls.find(POLICY_ID)
        if found is not None:
            return found
        defaults = cls(id=POLICY_ID)
        defaults.take_over(AttentionNumbers())
        return defaults

    @property
    def numbers(self) -> AttentionNumbers:
        """The policy as the rules see it."""
        rule = EngagementRule(
            points=self.signal_points,
            half_life_hours=self.half_life_hours,
            hot_points=self.hot_points,
            cool_points=self.cool_points,
            hot_depth_bp=self.hot_depth_bp,
            silence_days=self.silence_days,
            slow_answer_minutes=self.slow_answer_minutes,
        )
        return AttentionNumbers(rule, self.risk_points, self.falling_bp)

    def take_over(self, numbers: AttentionNumbers) -> None:
        """Hold these from the next commit on."""
        rule = numbers.engagement
        self.signal_points = {str(kind): points for kind, points in rule.points.items()}
        self.half_life_hours = rule.half_life_hours
        self.hot_points, self.cool_points = rule.hot_points, rule.cool_points
        self.hot_depth_bp = rule.hot_depth_bp
        self.silence_days, self.slow_answer_minutes = rule.silence_days, rule.slow_answer_minutes
        self.risk_points = {str(cause): points for cause, points in numbers.risk_points.items()}
        self.falling_bp = numbers.falling_bp
