"""A repeated call is known by the id of what it made before."""

from chassis.ids import derived_id, new_id
from services.leads.domain.errors import RequestIdTooLong

REQUEST_ID_CHARS = 200


def id_for(noun: str, by: str, request_id: str) -> str:
    """The id of what this request makes: the same for the same caller and request. Raises RequestIdTooLong."""
    if len(request_id) > REQUEST_ID_CHARS:
        raise RequestIdTooLong(f"at most {REQUEST_ID_CHARS} characters")
    return derived_id(noun, by, request_id) if request_id else new_id()
