"""Signals, engagement, and the numbers they are judged by."""

from datetime import datetime

from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.documents.attention_policy import AttentionPolicy
from services.leads.documents.engagement import signals_of
from services.leads.domain.attention.engagement import EngagementRule, median_answer_minutes, score_milli
from services.leads.domain.attention.policy import NumbersChange
from services.leads.translate.attention.words import signal_kind_number
from services.leads.translate.values import Row, timestamp


def engagement_to_proto(row: Row, rule: EngagementRule, at: datetime, *, with_signals: bool) -> pb.Engagement:
    """An engagement as of `at` (UTC)."""
    signals = signals_of(row["signals"])
    middle = median_answer_minutes(signals)
    message = pb.Engagement(
        account_id=row["_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        score_milli=score_milli(signals, rule, at),
        is_hot=row["is_hot"],
        hot_since=timestamp(row.get("hot_since")),
        last_signal_time=timestamp(row.get("last_signal_time")),
        is_silent=row["is_silent"],
        silent_since=timestamp(row.get("silent_since")),
        median_answer_half_minutes=0 if middle is None else int(middle * 2),
    )
    if with_signals:
        message.signals.extend(map(_signal_to_proto, reversed(row["signals"])))
    return message


def policy_to_proto(policy: AttentionPolicy) -> pb.AttentionPolicy:
    """The policy with its version (0: the defaults)."""
    return pb.AttentionPolicy(
        signal_points=policy.signal_points,
        half_life_hours=policy.half_life_hours,
        hot_points=policy.hot_points,
        cool_points=policy.cool_points,
        hot_depth_bp=policy.hot_depth_bp,
        silence_days=policy.silence_days,
        slow_answer_minutes=policy.slow_answer_minutes,
        risk_points=policy.risk_points,
        falling_bp=policy.falling_bp,
        version=policy.version,
    )


def numbers_change_from(message: pb.AttentionPolicy) -> NumbersChange:
    """What the message changes."""
    return NumbersChange(
        signal_points=dict(message.signal_points),
        half_life_hours=message.half_life_hours,
        hot_points=message.hot_points,
        cool_points=message.cool_points,
        hot_depth_bp=message.hot_depth_bp,
        silence_days=message.silence_days,
        slow_answer_minutes=message.slow_answer_minutes,
        risk_points=dict(message.risk_points),
        falling_bp=message.falling_bp,
    )


def _signal_to_proto(signal: Row) -> pb.EngagementSignal:
    return pb.EngagementSignal(
        signal_id=signal["id"],
        kind=signal_kind_number(signal["kind"]),
        depth_bp=signal["depth_bp"],
        answer_minutes=signal["answer_minutes"],
        signal_time=timestamp(signal["time"]),
    )
