"""Change the data that routing decides by."""

from services.leads.documents import StoredPolicy
from services.leads.domain.errors import PolicyChanged
from services.leads.domain.routing.routing_policy import PolicyChange


def update_routing_policy(change: PolicyChange, *, expected_version: int) -> StoredPolicy:
    """The changed policy; it holds from the next decision on, open deadlines stay.

    `expected_version` 0 changes whatever is there. Raises PolicyChanged, FieldProblem.
    """
    stored = StoredPolicy.current()
    if expected_version and expected_version != stored.version:
        raise PolicyChanged(f"the routing policy has version {stored.version} by now", version=str(stored.version))
    stored.take_over(stored.policy.changed(change))
    stored.commit()
    return stored
