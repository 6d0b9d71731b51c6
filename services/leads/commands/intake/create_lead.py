"""Take in one lead."""

from collections.abc import Callable

from chassis.clocks import clock
from chassis.documents import DuplicateValue, VersionConflict
from services.leads.documents import Lead
from services.leads.documents.intake_keys import external_key, request_key
from services.leads.domain.errors import InvalidIntake, RequestIdReused, RequestIdTooLong
from services.leads.domain.intake.draft import Draft, Intake, check_intake

REQUEST_ID_CHARS = 200


def create_lead(intake: Intake, *, request_id: str, by: str, normalise_phone: Callable[[str], str]) -> Lead:
    """The new lead, or the one that this request or external id made before; `by` is the caller's subject.

    One write and no read: the unique index on the intake keys finds repetitions. Routing follows in the worker.
    Raises InvalidIntake, RequestIdReused, RequestIdTooLong.
    """
    if len(request_id) > REQUEST_ID_CHARS:
        raise RequestIdTooLong(f"at most {REQUEST_ID_CHARS} characters")
    draft, problems = check_intake(intake, normalise_phone)
    if draft is None:
        raise InvalidIntake(problems)
    lead = Lead.taken_in(draft, [], clock.now())
    request = request_key(by, request_id) if request_id else ""
    external = external_key(draft.channel, draft.external_id) if draft.external_id else ""
    # The index holds every lead, so one that came without any id is kept apart by its own.
    lead.intake_keys = [key for key in (request, external) if key] or [lead.id]
    try:
        lead.commit()
    except DuplicateValue:
        return _earlier_lead(draft, request, external)
    return lead


def _earlier_lead(draft: Draft, request: str, external: str) -> Lead:
    found = Lead.collection().find_one({"intake_keys": request}, {"outbox": 0}) if request else None
    if found is not None:
        earlier = Lead._from_son(found)
        if earlier.fingerprint != draft.fingerprint():
            raise RequestIdReused("this request_id came with other content before", lead_id=earlier.id)
        return earlier
    found = Lead.collection().find_one({"intake_keys": external}, {"outbox": 0})
    if found is None:
        # Whatever took the key is gone again: the caller repeats the whole command.
        raise VersionConflict(Lead.collection_name(), external)
    return Lead._from_son(found)
