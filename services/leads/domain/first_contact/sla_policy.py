"""The limits of the first contact: data by urgency, and what values it may have."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import Urgency

MINUTES_LIMIT = 60 * 24 * 366
MOVES_LIMIT = 20
WHOLE_BP = 10_000


class Counted(StrEnum):
    """What a limit counts."""

    WALL_CLOCK = "wall_clock"
    WORKING_TIME = "working_time"


@dataclass(frozen=True, kw_only=True)
class SlaLimit:
    """What holds for the leads of one urgency. All minutes count what `counted` says."""

    counted: Counted = Counted.WALL_CLOCK
    limit_minutes: int = 24 * 60
    # Share of the limit after which the owner is warned (8000 is 80 %).
    warn_after_bp: int = 8_000
    # The second limit: so long after the breach the lead moves to the next candidate; 0: it never moves.
    move_after_minutes: int = 24 * 60
    # After so many moves the supervisor decides.
    max_moves: int = 2
    # So long in all a lead may wait for its customer; 0: no pauses.
    pause_cap_minutes: int = 3 * 24 * 60

    def __post_init__(self) -> None:
        _between("limit_minutes", self.limit_minutes, 1, MINUTES_LIMIT)
        _between("warn_after_bp", self.warn_after_bp, 1, WHOLE_BP - 1)
        _between("move_after_minutes", self.move_after_minutes, 0, MINUTES_LIMIT)
        _between("max_moves", self.max_moves, 0, MOVES_LIMIT)
        _between("pause_cap_minutes", self.pause_cap_minutes, 0, MINUTES_LIMIT)

    @property
    def limit(self) -> timedelta:
        """From the assignment to the first contact."""
        return timedelta(minutes=self.limit_minutes)

    @property
    def warn_after(self) -> timedelta:
        """From the assignment to the warning."""
        return self.limit * self.warn_after_bp / WHOLE_BP

    @property
    def move_after(self) -> timedelta:
        """From the breach to the move; zero means never."""
        return timedelta(minutes=self.move_after_minutes)

    @property
    def pause_cap(self) -> timedelta:
        """All pauses of a lead together."""
        return timedelta(minutes=self.pause_cap_minutes)


@dataclass(frozen=True, kw_only=True)
class LimitChange:
    """None leaves what is there."""

    counted: Counted | None = None
    limit_minutes: int | None = None
    warn_after_bp: int | None = None
    move_after_minutes: int | None = None
    max_moves: int | None = None
    pause_cap_minutes: int | None = None

    def applied_to(self, limit: SlaLimit) -> SlaLimit:
        """The limit with what is given. Raises FieldProblem."""
        return replace(limit, **{name: value for name, value in vars(self).items() if value is not None})


Limits = Mapping[Urgency, SlaLimit]


def default_limits(limit_minutes: int, warn_after_bp: int) -> Limits:
    """What holds while nobody has set limits: wall-clock, the same for each urgency.

    The two numbers are those of the routing policy, where they stood before there were limits by urgency.
    """
    return dict.fromkeys(Urgency, SlaLimit(limit_minutes=limit_minutes, warn_after_bp=warn_after_bp))


def counts_working_time(limits: Limits) -> bool:
    """Whether any of the limits needs the work calendar."""
    return any(limit.counted is Counted.WORKING_TIME for limit in limits.values())


def _between(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise FieldProblem(
            f"sla_policy.limits.{name}", "OUT_OF_RANGE", f"须在 {low} 到 {high} 之间", f"must be from {low} to {high}"
        )
