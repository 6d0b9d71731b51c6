"""Nurture packages: what is sent, one step after the other, to a customer who is still thinking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from services.leads.domain.attention.checks import both_languages, number, words
from services.leads.domain.errors import FieldProblem

STEPS = 20
NAME_CHARS, TEXT_CHARS, ID_CHARS = 100, 2_000, 64
LAST_DAY = 365


class StepKind(StrEnum):
    """What a step gives the customer."""

    CASE = "case"
    REPORT = "report"
    OFFER = "offer"


class StopCause(StrEnum):
    """Why a run ended before its last step."""

    PERSON = "person"
    REPLY = "reply"
    CONTACT = "contact"
    OPPORTUNITY_MOVED = "opportunity_moved"


@dataclass(frozen=True)
class Step:
    """One step, `offset_days` after the start; an asset, or texts by language tag, or both."""

    kind: StepKind
    offset_days: int
    asset_id: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Package:
    """A package: its names by language tag, its steps in the order of their days."""

    names: Mapping[str, str]
    steps: tuple[Step, ...]


def check_package(package: Package) -> Package:
    """The package, if it can be carried out. Raises FieldProblem."""
    names = both_languages("nurture_package.names", package.names, NAME_CHARS)
    if not 1 <= len(package.steps) <= STEPS:
        raise FieldProblem("nurture_package.steps", "OUT_OF_RANGE", f"须有 1 至 {STEPS} 步", f"must be 1 to {STEPS}")
    steps = tuple(_checked(f"nurture_package.steps[{place}]", step) for place, step in enumerate(package.steps))
    if any(later.offset_days < earlier.offset_days for earlier, later in pairwise(steps)):
        raise FieldProblem(
            "nurture_package.steps", "NOT_IN_ORDER", "步骤须按天数排列", "must be in order of their days"
        )
    return Package(names, steps)


def step_due(start: datetime, steps: Sequence[Step], position: int) -> datetime | None:
    """When the step at `position` is due for a run started at `start` (UTC); None after the last one."""
    return start + timedelta(days=steps[position].offset_days) if position < len(steps) else None


def has_moved_on(stage_times: Mapping[str, datetime], state: str, started: datetime) -> bool:
    """Whether an opportunity reached a further stage, or its end, after `started` (UTC)."""
    return state != "open" or any(reached > started for reached in stage_times.values())


def _checked(path: str, step: Step) -> Step:
    number(f"{path}.offset_days", step.offset_days, 0, LAST_DAY)
    asset_id = words(f"{path}.asset_id", step.asset_id, ID_CHARS, required=False)
    if not step.texts and not asset_id:
        raise FieldProblem(path, "MISSING", "须有素材或文字", "needs an asset or texts")
    texts = both_languages(f"{path}.texts", step.texts, TEXT_CHARS) if step.texts else {}
    return Step(step.kind, step.offset_days, asset_id, texts)


STILL_THINKING = "still_thinking"
# What holds until somebody stores a package under this id.
DEFAULT_PACKAGES: Mapping[str, Package] = {
    STILL_THINKING: Package(
        {"zh": "还在考虑", "en": "Still thinking"},
        (
            Step(
                StepKind.CASE,
                2,
                "",
                {
                    "zh": "发一个同行业客户的成功案例，问一句哪一点最像他们。",
                    "en": "Send a case of a customer in the same industry, and ask what resembles theirs most.",
                },
            ),
            Step(
                StepKind.REPORT,
                7,
                "",
                {
                    "zh": "发第三方测评或检测报告，说明与客户顾虑对应的那一页。",
                    "en": "Send the third-party report, and point to the page that answers their concern.",
                },
            ),
            Step(
                StepKind.OFFER,
                14,
                "",
                {
                    "zh": "给出限时优惠，写清截止日期和包含的内容。",
                    "en": "Make the limited offer; state its last day and what it includes.",
                },
            ),
        ),
    ),
}
