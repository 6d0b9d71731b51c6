"""Data that people edit: who changes it names the version that was read."""

from chassis.documents import Aggregate
from services.leads.domain.attention.errors import AttentionDataChanged


def require_version(document: Aggregate, expected: int) -> None:
    """Raises AttentionDataChanged unless the document has this version; 0 takes whatever is there."""
    if expected and expected != document.version:
        raise AttentionDataChanged(
            f"it has version {document.version} by now", version=str(document.version), document_id=document.id
        )
