"""Change the numbers that attention works by."""

from services.leads.commands.attention.versions import require_version
from services.leads.documents import AttentionPolicy
from services.leads.domain.attention.policy import NumbersChange, changed


def update_attention_policy(change: NumbersChange, *, expected_version: int) -> AttentionPolicy:
    """The changed policy; hot phases and silences under way are judged by it at their next signal or deadline.

    Raises FieldProblem, AttentionDataChanged.
    """
    stored = AttentionPolicy.current()
    require_version(stored, expected_version)
    stored.take_over(changed(stored.numbers, change))
    stored.commit(why="attention policy changed")
    return stored
