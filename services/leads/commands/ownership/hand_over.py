"""Ask for the hand-over of everything that belongs to a salesperson; the worker carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.documents import DuplicateValue, VersionConflict
from chassis.ids import new_id
from services.leads.announcements import ownership as announcements
from services.leads.commands.ownership.staff import active_staff
from services.leads.documents import Account, HandOver, Salesperson
from services.leads.documents.hand_over import HandOverKind
from services.leads.domain.errors import FieldProblem, RequestIdReused, RequestIdTooLong, SalespersonNotEligible
from services.leads.domain.ownership.errors import HandOverRunning
from services.leads.domain.ownership.words import required, within

RECEIVERS = 200
REQUEST_ID_CHARS = 200


@dataclass(frozen=True, kw_only=True)
class HandOverWish:
    """Who hands over to whom, why. Empty `to_ids`: by the routing policy. `return_time` (UTC) is for a leave."""

    from_id: str
    kind: HandOverKind
    to_ids: tuple[str, ...]
    return_time: datetime | None
    why: str


def hand_over(wish: HandOverWish, *, request_id: str, by: str, at: datetime) -> HandOver:
    """The hand-over that has begun; a repeated request finds the one that it made.

    Raises SalespersonNotEligible, HandOverRunning, FieldProblem, RequestIdTooLong, RequestIdReused.
    """
    why = required("why", wish.why)
    if len(request_id) > REQUEST_ID_CHARS:
        raise RequestIdTooLong(f"at most {REQUEST_ID_CHARS} characters")
    request_key = f"{by}:{request_id}" if request_id else ""
    earlier = _find_by_request(request_key)
    if earlier is not None:
        if (earlier.from_id, earlier.kind) != (wish.from_id, wish.kind):
            raise RequestIdReused("this request_id came with other content before", hand_over_id=earlier.id)
        return earlier
    person = Salesperson.load(wish.from_id)
    to_ids = _receivers(wish, at)
    hand_over_id = new_id()
    begun = HandOver(
        id=hand_over_id,
        kind=wish.kind,
        running_key=f"running:{person.id}",
        request_key=request_key or hand_over_id,
        from_id=person.id,
        from_name=person.name,
        supervisor_id=person.supervisor_id,
        region=person.region,
        to_ids=to_ids,
        why=why,
        requested_by=by,
        request_time=at,
        return_time=_return_time(wish, person, at) if wish.kind is HandOverKind.LEAVE else None,
        accounts=Account.collection().count_documents({"owner_id": person.id}),
    )
    begun.emit(announcements.hand_over_requested(begun))
    try:
        begun.commit(why=why)
    except DuplicateValue as error:
        if error.fields == ("running_key",):
            raise HandOverRunning("one hand-over of this person is under way", from_id=person.id) from error
        raise VersionConflict("hand_overs", request_key) from error
    return begun


def return_hand_over(hand_over_id: str, *, why: str, at: datetime) -> HandOver:
    """Let the accounts of a leave go back before its time. Repeating it changes nothing.

    Raises HandOverNotFound, HandOverNotReturnable, FieldProblem.
    """
    found = HandOver.load(hand_over_id)
    found.begin_return(at)
    found.commit(why=within("why", why))
    return found


def _find_by_request(request_key: str) -> HandOver | None:
    if not request_key:
        return None
    found = HandOver.collection().find_one({"request_key": request_key}, {"outbox": 0})
    return None if found is None else HandOver._from_son(found)


def _receivers(wish: HandOverWish, at: datetime) -> Sequence[str]:
    to_ids = list(dict.fromkeys(wish.to_ids))
    if len(to_ids) > RECEIVERS:
        raise FieldProblem("to_ids", "TOO_MANY", f"最多 {RECEIVERS} 人", f"at most {RECEIVERS} people")
    if wish.from_id in to_ids:
        raise FieldProblem("to_ids", "SAME_PERSON", "不能交接给本人", "must not name the person who hands over")
    missing = [person_id for person_id in to_ids if person_id not in active_staff(at, None, to_ids)]
    if missing:
        raise SalespersonNotEligible("no salesperson with this id works here", salesperson_id=missing[0])
    return to_ids


def _return_time(wish: HandOverWish, person: Salesperson, at: datetime) -> datetime:
    ends = [leave["end_time"] for leave in person.leaves if leave["end_time"] > at]
    back = wish.return_time or (min(ends) if ends else None)
    if back is None:
        raise FieldProblem(
            "return_time", "MISSING", "休假日历中没有休假，请给出返回时间", "no leave in the calendar: say when it ends"
        )
    if back <= at:
        raise FieldProblem("return_time", "OUT_OF_RANGE", "返回时间须在将来", "must be in the future")
    return back
