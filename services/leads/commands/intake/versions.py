"""Refuse to change what somebody else changed since it was read."""

from chassis.documents import Aggregate
from services.leads.domain.intake.errors import ChangedMeanwhile


def require_version(document: Aggregate, expected_version: int) -> None:
    """0 changes whatever is there. Raises ChangedMeanwhile."""
    if expected_version and expected_version != document.version:
        raise ChangedMeanwhile(f"it has version {document.version} by now", version=str(document.version))
