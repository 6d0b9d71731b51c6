"""How somebody became responsible."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What a line of the responsibility log records."""

    ROUTED = "routed"  # by the policy
    KNOWN_ACCOUNT = "known_account"  # another lead of an account that has an owner
    CONFIRMED = "confirmed"  # a supervisor chose one of those offered
    OVERRIDDEN = "overridden"  # a supervisor chose somebody who was not offered
    LAPSED = "lapsed"  # nobody confirmed, number 1 got it
    CLAIMED = "claimed"
    CONFLICT_DECIDED = "conflict_decided"
    TRANSFERRED = "transferred"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    MERGED = "merged"
    SLA_MOVED = "sla_moved"


# What a supervisor decided about a proposal.
CHOSEN_BY_A_PERSON = (EntryKind.CONFIRMED, EntryKind.OVERRIDDEN)
