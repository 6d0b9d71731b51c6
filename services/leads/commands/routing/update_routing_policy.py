"""Change the data that routing decides by. Every version is kept."""

from datetime import datetime

from chassis.documents import Aggregate, DuplicateValue, VersionConflict, commit_many
from services.leads.announcements.first_contact import first_contact_rules_changed
from services.leads.documents import PolicyVersion, StoredPolicy
from services.leads.domain.errors import PolicyChanged
from services.leads.domain.ownership.words import required, within
from services.leads.domain.routing.routing_policy import PolicyChange, RoutingPolicy


def update_routing_policy(
    change: PolicyChange, *, expected_version: int, by: str = "", why: str = "", at: datetime
) -> StoredPolicy:
    """The changed policy; it holds from the next decision on, and a changed limit plans open deadlines again.

    No change makes no version.

    `expected_version` 0 changes whatever is there. Raises PolicyChanged, FieldProblem.
    """
    stored = StoredPolicy.current()
    if expected_version and expected_version != stored.version:
        raise PolicyChanged(f"the routing policy has version {stored.version} by now", version=str(stored.version))
    return _put(stored, stored.policy.changed(change), by, within("why", why), None, at)


def roll_back_routing_policy(version: int, *, by: str, why: str, at: datetime) -> StoredPolicy:
    """The policy with the values of an earlier version (0: the defaults), as a new version.

    Raises PolicyVersionNotFound, FieldProblem.
    """
    reason = required("why", why)
    earlier = PolicyVersion.numbered(version)
    return _put(StoredPolicy.current(), earlier.policy, by, reason, version, at)


def _put(
    stored: StoredPolicy, policy: RoutingPolicy, by: str, why: str, rolled_back_to: int | None, at: datetime
) -> StoredPolicy:
    if stored.version and policy == stored.policy:
        return stored
    version = PolicyVersion(
        number=stored.version + 1, changed_by=by, change_time=at, why=why, rolled_back_to=rolled_back_to
    )
    limits = (policy.first_contact_limit_minutes, policy.warn_after_bp)
    if limits != (stored.policy.first_contact_limit_minutes, stored.policy.warn_after_bp):
        stored.emit(first_contact_rules_changed(at))
    stored.take_over(policy)
    version.take_over(policy)
    both: list[Aggregate] = [stored, version]
    try:
        commit_many(both, why)
    except DuplicateValue as error:
        raise VersionConflict("routing_policies", stored.id) from error
    return stored
