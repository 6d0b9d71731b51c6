"""The routing policy: data that filters and scores every decision, and what values it may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.sla_policy import WHOLE_BP


class RoutingMode(StrEnum):
    """Assign at once, or propose and let a supervisor confirm."""

    AUTO = "auto"
    CONFIRM = "confirm"


class Part(StrEnum):
    """The parts of a score."""

    TAG_MATCH = "tag_match"
    WIN_RATE = "win_rate"
    LOAD = "load"
    FAIRNESS = "fairness"
    REGION = "region"


DEFAULT_WEIGHTS_MILLI: Mapping[str, int] = MappingProxyType(
    {Part.TAG_MATCH: 400, Part.WIN_RATE: 100, Part.LOAD: 200, Part.FAIRNESS: 200, Part.REGION: 100}
)
WHOLE_WEIGHT_MILLI = 1_000  # of a tag that the policy does not name
CAP_LIMIT = 1_000_000
MINUTES_LIMIT = 60 * 24 * 366
WEIGHT_LIMIT_MILLI = 10_000
TAG_WEIGHTS = 1_000
TAG_LENGTH = 100
PRIOR_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class RoutingPolicy:
    """What filters and scores a routing decision, and the limits that start with it."""

    mode: RoutingMode = RoutingMode.AUTO
    # A salesperson with this many untouched leads of this month gets no more.
    untouched_cap: int = 5
    confirm_limit_minutes: int = 30
    first_contact_limit_minutes: int = 24 * 60
    warn_after_bp: int = 8_000
    weights_milli: Mapping[str, int] = field(default_factory=lambda: DEFAULT_WEIGHTS_MILLI)
    # What a tag counts for in the tag match, by tag.
    tag_weights_milli: Mapping[str, int] = field(default_factory=dict)
    # What a value of the account's attributes counts for beside the lead's needs.
    attribute_weight_milli: int = 500
    # The company's own rate counts like so many closed deals in a person's win rate.
    prior_deals: int = 10

    def __post_init__(self) -> None:
        _between("untouched_cap", self.untouched_cap, 1, CAP_LIMIT)
        _between("confirm_limit_minutes", self.confirm_limit_minutes, 1, MINUTES_LIMIT)
        _between("first_contact_limit_minutes", self.first_contact_limit_minutes, 1, MINUTES_LIMIT)
        _between("warn_after_bp", self.warn_after_bp, 1, WHOLE_BP - 1)
        for name, weight in self.weights_milli.items():
            if name not in set(Part):
                known = ", ".join(Part)
                raise FieldProblem(
                    "routing_policy.weights_milli",
                    "UNKNOWN_PART",
                    f"未知评分项 {name}，可用：{known}",
                    f"unknown score part {name}, known are {known}",
                )
            _between(f"weights_milli[{name}]", weight, 0, WEIGHT_LIMIT_MILLI)
        _between("attribute_weight_milli", self.attribute_weight_milli, 0, WEIGHT_LIMIT_MILLI)
        _between("prior_deals", self.prior_deals, 1, PRIOR_LIMIT)
        _between("tag_weights_milli", len(self.tag_weights_milli), 0, TAG_WEIGHTS)
        for tag, weight in self.tag_weights_milli.items():
            _between("tag_weights_milli", len(tag), 1, TAG_LENGTH)
            _between(f"tag_weights_milli[{tag}]", weight, 0, WEIGHT_LIMIT_MILLI)

    @property
    def confirm_limit(self) -> timedelta:
        """After this time without a supervisor's word, number 1 gets the lead."""
        return timedelta(minutes=self.confirm_limit_minutes)

    @property
    def first_contact_limit(self) -> timedelta:
        """Wall-clock time from the assignment to the first contact."""
        return timedelta(minutes=self.first_contact_limit_minutes)

    def weight_milli(self, part: Part) -> int:
        """Points of a part in thousandths; a part that the policy leaves out gives none."""
        return self.weights_milli.get(part, 0)

    def tag_weight_milli(self, tag: str) -> int:
        """What the tag counts for, in thousandths."""
        return self.tag_weights_milli.get(tag, WHOLE_WEIGHT_MILLI)

    def changed(self, change: "PolicyChange") -> "RoutingPolicy":
        """The policy with the given values. Raises FieldProblem."""
        return RoutingPolicy(
            mode=change.mode or self.mode,
            untouched_cap=change.untouched_cap or self.untouched_cap,
            confirm_limit_minutes=change.confirm_limit_minutes or self.confirm_limit_minutes,
            first_contact_limit_minutes=change.first_contact_limit_minutes or self.first_contact_limit_minutes,
            warn_after_bp=change.warn_after_bp or self.warn_after_bp,
            weights_milli=MappingProxyType({**self.weights_milli, **change.weights_milli}),
            tag_weights_milli=MappingProxyType({**self.tag_weights_milli, **change.tag_weights_milli}),
            attribute_weight_milli=change.attribute_weight_milli or self.attribute_weight_milli,
            prior_deals=change.prior_deals or self.prior_deals,
        )


@dataclass(frozen=True, kw_only=True)
class PolicyChange:
    """Zero, empty and None leave what is there. Weights change one by one; a weight of 0 switches its part off."""

    mode: RoutingMode | None = None
    untouched_cap: int = 0
    confirm_limit_minutes: int = 0
    first_contact_limit_minutes: int = 0
    warn_after_bp: int = 0
    weights_milli: Mapping[str, int] = field(default_factory=dict)
    tag_weights_milli: Mapping[str, int] = field(default_factory=dict)
    attribute_weight_milli: int = 0
    prior_deals: int = 0


def _between(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise FieldProblem(
            f"routing_policy.{name}", "OUT_OF_RANGE", f"须在 {low} 到 {high} 之间", f"must be from {low} to {high}"
        )
