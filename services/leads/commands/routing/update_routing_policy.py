"""Change the data that routing decides by."""

from chassis.clocks import clock
from services.leads.announcements.first_contact import first_contact_rules_changed
from services.leads.documents import StoredPolicy
from services.leads.domain.errors import PolicyChanged
from services.leads.domain.routing.routing_policy import PolicyChange


def update_routing_policy(change: PolicyChange, *, expected_version: int) -> StoredPolicy:
    """The changed policy; it holds from the next decision on. A changed limit plans the open deadlines again.

    `expected_version` 0 changes whatever is there. Raises PolicyChanged, FieldProblem.
    """
    stored = StoredPolicy.current()
    if expected_version and expected_version != stored.version:
        raise PolicyChanged(f"the routing policy has version {stored.version} by now", version=str(stored.version))
    stored.take_over(stored.policy.changed(change))
    if change.first_contact_limit_minutes or change.warn_after_bp:
        stored.emit(first_contact_rules_changed(clock.now()))
    stored.commit()
    return stored
