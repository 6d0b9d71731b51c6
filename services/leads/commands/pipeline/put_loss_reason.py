"""Change a loss reason and its playbook, or add one."""

from services.leads.documents import LossReason
from services.leads.domain.pipeline.errors import LossReasonChanged
from services.leads.domain.pipeline.loss_reasons import LossReasonData, check_loss_reason


def put_loss_reason(reason: LossReasonData, *, expected_version: int) -> LossReason:
    """The reason as it is now; closed opportunities keep theirs. `expected_version` 0 changes whatever is there.

    Raises LossReasonChanged, FieldProblem.
    """
    checked = check_loss_reason(reason)
    stored = LossReason.current(checked.code) or LossReason(id=checked.code)
    if expected_version and expected_version != stored.version:
        raise LossReasonChanged(f"the loss reason has version {stored.version} by now", version=str(stored.version))
    stored.take_over(checked)
    stored.commit()
    return stored
