"""How warm an account is: the score of its signals, hot phases, slow answers.

A signal's points halve with every half-life; between two halvings they fall on a straight line. That is exact in
fractions, never rises, and does not depend on the order in which signals arrive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from statistics import median

from services.leads.domain.attention.checks import number
from services.leads.domain.errors import FieldProblem

WHOLE_BP = 10_000
# What an engagement remembers; older signals have next to no points left.
SIGNALS_KEPT, ANSWERS_LOOKED_AT = 200, 10
# After so many half-lives less than a thousandth of a signal is left, which counts as nothing.
HALF_LIVES = 20
# Somebody who read far, and nothing else, has few points and is worth a call all the same.
HOT_AT_LEAST_MINUTES = 24 * 60
ANSWER_MINUTES_MOST = 60 * 24 * 90
_MINUTE = timedelta(minutes=1)


class SignalKind(StrEnum):
    """What a customer did."""

    DOCUMENT_OPENED = "document_opened"
    DOCUMENT_READ = "document_read"
    ANSWERED = "answered"
    LINK_CLICKED = "link_clicked"
    MAIL_REPLIED = "mail_replied"


@dataclass(frozen=True)
class Signal:
    """One signal at `time` (UTC). `depth_bp` belongs to reading, `answer_minutes` to answers."""

    id: str
    kind: SignalKind
    time: datetime
    depth_bp: int = 0
    answer_minutes: int = 0


@dataclass(frozen=True)
class EngagementRule:
    """What the signals are worth, and when they mean something; see AttentionPolicy of the contract."""

    points: Mapping[str, int] = field(
        default_factory=lambda: {
            SignalKind.DOCUMENT_OPENED: 10,
            SignalKind.DOCUMENT_READ: 20,
            SignalKind.ANSWERED: 15,
            SignalKind.LINK_CLICKED: 8,
            SignalKind.MAIL_REPLIED: 25,
        }
    )
    half_life_hours: int = 72
    hot_points: int = 50
    cool_points: int = 25
    hot_depth_bp: int = 8_000
    silence_days: int = 7
    slow_answer_minutes: int = 24 * 60


def check_signal(signal: Signal) -> Signal:
    """The signal, if its numbers are possible. Raises FieldProblem."""
    number("depth_bp", signal.depth_bp, 0, WHOLE_BP)
    number("answer_minutes", signal.answer_minutes, 0, ANSWER_MINUTES_MOST)
    if signal.answer_minutes and signal.kind not in (SignalKind.ANSWERED, SignalKind.MAIL_REPLIED):
        raise FieldProblem("answer_minutes", "NOT_AN_ANSWER", "仅用于回复", "only answers have one")
    if signal.depth_bp and signal.kind is not SignalKind.DOCUMENT_READ:
        raise FieldProblem("depth_bp", "NOT_READ", "仅用于文档阅读", "only a document that was read has one")
    return signal


def points_of(signal: Signal, rule: EngagementRule) -> Fraction:
    """A signal's points when it is fresh; reading counts by its depth."""
    full = Fraction(rule.points.get(signal.kind, 0))
    return full * signal.depth_bp / WHOLE_BP if signal.kind is SignalKind.DOCUMENT_READ else full


def left_after(age: timedelta, half_life: timedelta) -> Fraction:
    """The share of its points that a signal has left; all of them before its time has come."""
    if age <= timedelta():
        return Fraction(1)
    halvings, rest = divmod(age, half_life)
    if halvings >= HALF_LIVES:
        return Fraction(0)
    return Fraction(1, 2**halvings) * (1 - Fraction(rest // timedelta(milliseconds=1), 2 * _milliseconds(half_life)))


def score(signals: Iterable[Signal], rule: EngagementRule, at: datetime) -> Fraction:
    """The points that are left of all signals at `at` (UTC)."""
    half_life = timedelta(hours=rule.half_life_hours)
    return sum((points_of(each, rule) * left_after(at - each.time, half_life) for each in signals), Fraction(0))


def score_milli(signals: Iterable[Signal], rule: EngagementRule, at: datetime) -> int:
    """The score in thousandths of a point, rounded down."""
    return int(score(signals, rule, at) * 1_000)


def heats(signals: Sequence[Signal], new: Signal, rule: EngagementRule, at: datetime) -> bool:
    """Whether `new` (one of `signals`) makes a cool account hot at `at`: by the sum, or by being read far just now."""
    read_far = new.kind is SignalKind.DOCUMENT_READ and new.depth_bp >= rule.hot_depth_bp
    just_now = at - new.time < HOT_AT_LEAST_MINUTES * _MINUTE
    return score(signals, rule, at) >= rule.hot_points or (read_far and just_now)


def cool_time(signals: Sequence[Signal], rule: EngagementRule, hot_at: datetime) -> datetime:
    """The first full minute with a score below the cooling line, a day after `hot_at` (UTC) at the earliest."""
    low, high = HOT_AT_LEAST_MINUTES, HALF_LIVES * rule.half_life_hours * 60 + HOT_AT_LEAST_MINUTES
    while low < high:
        middle = (low + high) // 2
        if score(signals, rule, hot_at + middle * _MINUTE) < rule.cool_points:
            high = middle
        else:
            low = middle + 1
    return hot_at + low * _MINUTE


def median_answer_minutes(signals: Iterable[Signal]) -> Fraction | None:
    """The median of the latest ten answer times; None without answers. A whole number or a half."""
    timed = (each for each in signals if each.kind is SignalKind.ANSWERED or each.answer_minutes)
    answers = sorted(timed, key=lambda each: (each.time, each.id))
    latest = [Fraction(each.answer_minutes) for each in answers[-ANSWERS_LOOKED_AT:]]
    return median(latest) if latest else None


def answers_slowly(signals: Iterable[Signal], rule: EngagementRule) -> bool:
    """Whether the median answer took longer than the rule allows; who never answered anything is not slow."""
    middle = median_answer_minutes(signals)
    return middle is not None and middle > rule.slow_answer_minutes


def silence_due(last_signal: datetime, rule: EngagementRule) -> datetime:
    """When an account that gave its last signal at `last_signal` (UTC) counts as silent."""
    return last_signal + timedelta(days=rule.silence_days)


def kept(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """The latest signals, oldest first, each id once."""
    by_id = {each.id: each for each in signals}
    return tuple(sorted(by_id.values(), key=lambda each: (each.time, each.id))[-SIGNALS_KEPT:])


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
