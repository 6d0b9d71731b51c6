"""What can be wrong with a step of an opportunity or a proposal."""

from collections.abc import Mapping, Sequence

from services.leads.domain.errors import LeadsError


class OpportunityNotFound(LeadsError):
    """There is no such opportunity, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "OPPORTUNITY_NOT_FOUND"


class GateClosed(LeadsError):
    """The stage asks for something that the opportunity does not have."""

    reason = "GATE_CLOSED"

    def __init__(self, stage: str, missing: Sequence[str], words: Mapping[str, str]) -> None:
        super().__init__(
            f"进入 {stage} 阶段还缺：{words['zh']}。The stage {stage} needs: {words['en']}.",
            stage=stage,
            missing=",".join(missing),
            missing_zh=words["zh"],
            missing_en=words["en"],
        )


class OpportunityClosed(LeadsError):
    """A won or lost opportunity takes no more steps until it is reopened."""

    reason = "OPPORTUNITY_CLOSED"


class OpportunityOpen(LeadsError):
    """Only a closed opportunity is reopened."""

    reason = "OPPORTUNITY_OPEN"


class MoveNeedsReason(LeadsError):
    """A move back says why."""

    reason = "MOVE_NEEDS_REASON"


class LossReasonUnknown(LeadsError):
    """No active loss reason has this code."""

    code = "INVALID_ARGUMENT"
    reason = "LOSS_REASON_UNKNOWN"
    field = "loss_reason"


class LossReasonChanged(LeadsError):
    """Somebody else changed the loss reason since it was read."""

    code = "ABORTED"
    reason = "LOSS_REASON_CHANGED"


class ProposalNotFound(LeadsError):
    """There is no such proposal, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "PROPOSAL_NOT_FOUND"


class EvidenceMissing(LeadsError):
    """A delivered proposal has two of three evidences."""

    reason = "EVIDENCE_MISSING"

    def __init__(self, missing: Sequence[str], words: Mapping[str, str], needed: int) -> None:
        super().__init__(
            f"还需要以下任意 {needed} 项证据：{words['zh']}。Any {needed} of these are still needed: {words['en']}.",
            missing=",".join(missing),
            needed=str(needed),
            missing_zh=words["zh"],
            missing_en=words["en"],
        )


class ProposalLinkInvalid(LeadsError):
    """The link is incomplete, was altered, or leads nowhere."""

    code = "NOT_FOUND"
    reason = "PROPOSAL_LINK_INVALID"


class NotAccountOwner(LeadsError):
    """Only the account's owner does this."""

    code = "PERMISSION_DENIED"
    reason = "NOT_ACCOUNT_OWNER"


class NothingToCompare(LeadsError):
    """No opportunity was closed in one of the periods, so there is no win rate."""

    reason = "NOTHING_TO_COMPARE"
