"""Conflicting and rejected receipts are kept aside, once for each content, however often they are sent."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pymongo.client_session import ClientSession

from chassis.ids import derived_id
from services.stores.commands.find_counted import find_receipts
from services.stores.commands.keep_receipts import Sent
from services.stores.domain.outcomes import Judgement, Outcome
from services.stores.domain.receipts import content, difference
from services.stores.ledger import Doc, Ledger, receipt_key


class Counted(Protocol):
    """What became of a batch; the last two are counted here."""

    judged: list[Judgement]
    conflicts: int
    rejected: int


def keep_problems(counted: Sequence[tuple[Sent, Counted]], ledger: Ledger, session: ClientSession) -> None:
    """Insert the new problems and count them; accepted receipts of the same transaction must be stored before."""
    kept: dict[str, tuple[Doc, Judgement, Counted]] = {}
    for batch, result in counted:
        for judgement, body in zip(result.judged, batch.bodies, strict=True):
            if judgement.outcome in (Outcome.CONFLICT, Outcome.REJECTED):
                problem = _problem(batch, judgement, body)
                kept.setdefault(problem["_id"], (problem, judgement, result))
    if not kept:
        return
    known = {found["_id"] for found in ledger.problems.find({"_id": {"$in": list(kept)}}, {"_id": 1}, session=session)}
    new = [entry for key, entry in kept.items() if key not in known]
    _add_differences(new, ledger, session)
    for _, judgement, result in new:
        result.conflicts += judgement.outcome is Outcome.CONFLICT
        result.rejected += judgement.outcome is Outcome.REJECTED
    if new:
        ledger.problems.insert_many([problem for problem, _, _ in new], session=session)


def _problem(batch: Sent, judgement: Judgement, body: bytes) -> Doc:
    number = judgement.receipt.number
    return {
        "_id": derived_id(batch.store_id, batch.terminal_id, batch.epoch, number, judgement.receipt.digest.hex()),
        "store_id": batch.store_id,
        "terminal_id": batch.terminal_id,
        "epoch": batch.epoch,
        "number": number,
        "outcome": judgement.outcome.value,
        "reason": judgement.reason,
        "receive_time": batch.receive_time,
        "body": body,
    }


def _add_differences(new: Iterable[tuple[Doc, Judgement, Counted]], ledger: Ledger, session: ClientSession) -> None:
    conflicts = [
        receipt_key(problem["store_id"], problem["terminal_id"], problem["epoch"], problem["number"])
        for problem, judgement, _ in new
        if judgement.outcome is Outcome.CONFLICT
    ]
    if not conflicts:
        return
    firsts = {key: receipt for key, _, receipt in find_receipts(conflicts, ledger, session)}
    for problem, judgement, _ in new:
        key = receipt_key(problem["store_id"], problem["terminal_id"], problem["epoch"], problem["number"])
        if judgement.outcome is Outcome.CONFLICT and key in firsts:
            problem["difference"] = difference(content(firsts[key]), content(judgement.receipt))
