"""Which worker sends which delivery: claimed by an atomic update, free again when the claim runs out (real time)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chassis.clocks import real_clock
from chassis.ids import new_id
from chassis.logs import mask
from services.notify.documents import FAILED, MERGED, PENDING, SENT, Delivery
from services.notify.domain.pace import MAX_ATTEMPTS, Waiting, retry_delay_s
from services.notify.domain.robots import Answer

_CLAIM = timedelta(seconds=60)
_LOOK_AT = 200  # waiting deliveries of one channel that are looked at together


def channels_with_waiting() -> list[str]:
    """Channels for which something may be sent now."""
    found: list[str] = Delivery.collection().distinct("channel_id", _due())
    return found


def waiting(channel_id: str) -> list[Waiting]:
    """What waits for this channel: critical first, then the oldest."""
    found = Delivery.collection().find(_due() | {"channel_id": channel_id}, {"title": 1, "text": 1, "critical": 1})
    ordered = found.sort([("critical", -1), ("create_time", 1), ("_id", 1)]).limit(_LOOK_AT)
    return [Waiting(each["_id"], each["title"], each["text"], each["critical"]) for each in ordered]


def claim(deliveries: Sequence[Waiting]) -> list[Delivery]:
    """Those of `deliveries` that nobody else has claimed meanwhile, in the same order."""
    token = new_id()
    wanted = [each.id for each in deliveries]
    Delivery.collection().update_many(
        _due() | {"_id": {"$in": wanted}},
        {"$set": {"claim": token, "next_attempt_time": real_clock.now() + _CLAIM}},
    )
    mine = {each["_id"]: Delivery._from_son(each) for each in Delivery.collection().find({"claim": token})}
    return [mine[each] for each in wanted if each in mine]


def record(deliveries: Sequence[Delivery], answer: Answer) -> None:
    """What became of one message: the first delivery carried it, the others went with it."""
    carrier, *merged = deliveries
    attempt = {
        "attempt_time": real_clock.now(),
        "succeeded": answer.succeeded,
        "answer": mask(answer.text)[:200],
        "is_pause": answer.pause_s > 0,
    }
    if not answer.succeeded:
        for delivery in deliveries:
            _set(delivery, _after_failure(delivery, answer), attempt)
        return
    _set(carrier, {"state": SENT}, attempt)
    for delivery in merged:
        told = attempt | {"answer": f"merged into {carrier.id}"}
        _set(delivery, {"state": MERGED, "carrier_id": carrier.id}, told)


def release(deliveries: Sequence[Delivery]) -> None:
    """Nothing was tried; anybody may claim them again."""
    for delivery in deliveries:
        _set(delivery, {"next_attempt_time": real_clock.now()}, None)


def _after_failure(delivery: Delivery, answer: Answer) -> dict[str, Any]:
    """When to try again; a robot that only asked for a pause costs no attempt."""
    failed = 1 + sum(1 for attempt in delivery.attempts if not attempt.get("is_pause"))
    if answer.pause_s:
        return {"next_attempt_time": real_clock.now() + timedelta(seconds=answer.pause_s)}
    if failed >= MAX_ATTEMPTS:
        return {"state": FAILED}
    return {"next_attempt_time": real_clock.now() + timedelta(seconds=retry_delay_s(failed))}


def _set(delivery: Delivery, values: dict[str, Any], attempt: dict[str, Any] | None) -> None:
    change: dict[str, Any] = {"$set": values | {"claim": ""}}
    if attempt is not None:
        change["$push"] = {"attempts": attempt}
    Delivery.collection().update_one({"_id": delivery.id, "claim": delivery.claim}, change)


def _due() -> dict[str, Any]:
    return {"state": PENDING, "next_attempt_time": {"$lte": real_clock.now()}}
