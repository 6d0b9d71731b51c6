"""When two accounts may become one, and what goes back when they become two again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import one_line
from services.leads.domain.intake.errors import AccountIsMerged, MergeNeedsReason, MergeNotLast

WHY_LENGTH = 1_000
# What says whose work something is; a document has some of them.
OWNER_FIELDS = ("owner_id", "team_id", "supervisor_id", "region")


@dataclass(frozen=True)
class Side:
    """One of the two accounts; `merged_into` is empty for an account of its own."""

    id: str
    owner_id: str
    merged_into: str = ""


def checked_why(why: str) -> str:
    """Raises FieldProblem."""
    return one_line("why", why, WHY_LENGTH)


def require_mergeable(winner: Side, loser: Side, why: str) -> None:
    """Raises FieldProblem for one account twice, AccountIsMerged, MergeNeedsReason when the owners differ."""
    if winner.id == loser.id:
        raise FieldProblem("loser_id", "SAME_ACCOUNT", "不能与自身合并", "an account is not merged with itself")
    for side in (winner, loser):
        if side.merged_into:
            raise AccountIsMerged("the account is part of another one by now", account_id=side.id)
    if winner.owner_id != loser.owner_id and not why:
        raise MergeNeedsReason("the accounts have different owners: say why the winner's is the right one")


def require_undoable(winner: Side) -> None:
    """Raises MergeNotLast when the winner itself was merged since."""
    if winner.merged_into:
        raise MergeNotLast("the winner was merged into another account since: undo that first", account_id=winner.id)


def owner_after_undo(previous: str, at_merge: str, now: str, *, is_previous_active: bool) -> str:
    """Who owns the loser again: `previous`, its owner until the merge, unless that person sells no longer.

    `at_merge` and `now` are the winner's owners. When both had one owner, the loser follows what became of that.
    """
    return previous if previous != at_merge and is_previous_active else now


def fields_back(
    former: Mapping[str, Any], present: Mapping[str, Any], given: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """What changes on a moved document when the merge is undone.

    `former`: what the merge changed, as it was; `given`: what it made of that; `own`: the owner fields of the loser
    from now on. What somebody changed on purpose since stays; open work that went with the winner to a third person
    goes to the loser's owner.
    """
    back: dict[str, Any] = {}
    is_as_given = present.get("owner_id") == given.get("owner_id")
    for name in OWNER_FIELDS:
        if name in former and is_as_given:
            back[name] = former[name]
        elif name in present and not is_as_given and present.get("is_with_winner"):
            back[name] = own.get(name, present[name])
    return back
