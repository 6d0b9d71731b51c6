"""Record where somebody is."""

from datetime import datetime

from chassis.ids import derived_id, new_id
from chassis.principal import Principal
from services.leads.documents import CheckInRecord
from services.leads.domain.errors import FieldProblem, RequestIdReused, RequestIdTooLong
from services.leads.domain.visits.places import Place, check_place

ACCURACY_LIMIT_M = 100_000
REQUEST_ID_CHARS = 200


def check_in(
    place: Place, *, accuracy_m: int, account_id: str, request_id: str, by: Principal, at: datetime
) -> CheckInRecord:
    """The check-in, or the one that this request made before.

    Raises FieldProblem, RequestIdReused, RequestIdTooLong.
    """
    check_place(place, "place")
    if not 0 <= accuracy_m <= ACCURACY_LIMIT_M:
        raise FieldProblem("accuracy_m", "OUT_OF_RANGE", "精度无效", f"must be 0 to {ACCURACY_LIMIT_M}")
    if len(request_id) > REQUEST_ID_CHARS:
        raise RequestIdTooLong(f"at most {REQUEST_ID_CHARS} characters")
    record = CheckInRecord(
        id=derived_id("check_in", by.subject, request_id) if request_id else new_id(),
        owner_id=by.subject,
        team_id=by.team_id,
        region=by.region,
        account_id=account_id,
        latitude_microdegrees=place.latitude_microdegrees,
        longitude_microdegrees=place.longitude_microdegrees,
        accuracy_m=accuracy_m,
        check_in_time=at,
    )
    earlier = CheckInRecord.find(record.id) if request_id else None
    if earlier is None:
        record.commit(why="check-in")
        return record
    if _said(earlier) != _said(record):
        raise RequestIdReused("this request_id came with other content before", check_in_id=earlier.id)
    return earlier


def _said(record: CheckInRecord) -> tuple[int, int, int, str]:
    return record.latitude_microdegrees, record.longitude_microdegrees, record.accuracy_m, record.account_id
