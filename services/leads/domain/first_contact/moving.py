"""Why a lead moves to the next candidate, or cannot."""

from collections.abc import Mapping

# Everybody who could take it is away, full, or has had it.
NO_CANDIDATE = "no_candidate"
# It has been handed on as often as the policy allows.
MOVES_USED_UP = "moves_used_up"
# Its owner works on the account already: the customer keeps the person he knows.
ACCOUNT_IN_USE = "account_in_use"


def reasons(owner: str, previous_owner: str) -> Mapping[str, str]:
    """Why the lead has this owner now, in words by language tag."""
    return {
        "zh": f"{previous_owner} 未在第二时限内首次联系，线索转给下一位候选人 {owner}",
        "en": f"{previous_owner} did not contact it within the second limit, so it moves on to {owner}",
    }
