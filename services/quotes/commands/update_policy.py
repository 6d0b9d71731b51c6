"""Change the approval policy."""

from contracts.access.quotes import APPROVERS
from services.quotes import stored
from services.quotes.documents import Policy
from services.quotes.domain.policy import ApprovalRule, check_rules

# A step of any other role could never be decided.
APPROVING_ROLES = frozenset(str(role) for role in APPROVERS)


def update_policy(rules: tuple[ApprovalRule, ...]) -> Policy:
    """Set the rules for all later submissions; approvals that run keep their steps. Raises InvalidValue."""
    check_rules(rules, APPROVING_ROLES)
    policy = Policy.current()
    policy.rules = stored.rule_rows(rules)
    policy.commit()
    return policy
