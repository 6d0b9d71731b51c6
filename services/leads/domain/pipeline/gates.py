"""The hard gates between the stages: what an opportunity must have before it may stand in a stage.

A jump over several stages needs the gates of all of them. Events of other services pass the same gates as people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.leads.domain.pipeline.errors import GateClosed
from services.leads.domain.pipeline.stages import Stage, is_before, stages_up_to


class Need(StrEnum):
    """One thing that a gate asks for."""

    NEEDS = "needs"
    BUDGET = "budget"
    DECISION_CHAIN = "decision_chain"
    SIGNED_QUOTE = "signed_quote"
    ACCEPTANCE_DOCUMENT = "acceptance_document"


GATES: Mapping[Stage, tuple[Need, ...]] = MappingProxyType(
    {
        Stage.LEAD: (),
        Stage.PROPOSAL: (Need.NEEDS,),
        Stage.QUOTE: (Need.BUDGET, Need.DECISION_CHAIN),
        Stage.CONTRACT: (Need.SIGNED_QUOTE,),
        Stage.PAYMENT: (Need.ACCEPTANCE_DOCUMENT,),
    }
)
WORDS: Mapping[Need, Mapping[str, str]] = MappingProxyType(
    {
        Need.NEEDS: {"zh": "客户需求（需求调研）", "en": "the customer's needs (needs survey)"},
        Need.BUDGET: {"zh": "预算（需求调研）", "en": "the budget (needs survey)"},
        Need.DECISION_CHAIN: {"zh": "决策链（需求调研）", "en": "the decision chain (needs survey)"},
        Need.SIGNED_QUOTE: {"zh": "已签署的报价", "en": "a signed quote"},
        Need.ACCEPTANCE_DOCUMENT: {"zh": "验收单", "en": "an acceptance document"},
    }
)


@dataclass(frozen=True, kw_only=True)
class GateFacts:
    """What an opportunity has."""

    has_needs: bool = False
    has_budget: bool = False
    has_decision_chain: bool = False
    has_signed_quote: bool = False
    has_acceptance: bool = False

    def meets(self, need: Need) -> bool:
        """Whether this need is met."""
        return {
            Need.NEEDS: self.has_needs,
            Need.BUDGET: self.has_budget,
            Need.DECISION_CHAIN: self.has_decision_chain,
            Need.SIGNED_QUOTE: self.has_signed_quote,
            Need.ACCEPTANCE_DOCUMENT: self.has_acceptance,
        }[need]


def missing_for(stage: Stage, facts: GateFacts) -> tuple[Need, ...]:
    """What is missing to stand in `stage`, in the order of the way; empty when nothing is."""
    return tuple(need for passed in stages_up_to(stage) for need in GATES[passed] if not facts.meets(need))


def require_open_gate(stage: Stage, facts: GateFacts) -> None:
    """Raises GateClosed, which names everything that is missing."""
    if missing := missing_for(stage, facts):
        raise GateClosed(stage, [need.value for need in missing], in_words(missing))


def in_words(missing: tuple[Need, ...]) -> Mapping[str, str]:
    """What is missing, by language tag."""
    return {
        "zh": "、".join(WORDS[need]["zh"] for need in missing),
        "en": ", ".join(WORDS[need]["en"] for need in missing),
    }


def stage_within(current: Stage, wanted: Stage, facts: GateFacts) -> Stage:
    """The furthest stage up to `wanted` whose gates are open; never behind `current` while its own are open."""
    target = current if is_before(wanted, current) else wanted
    return [stage for stage in stages_up_to(target) if not missing_for(stage, facts)][-1]
