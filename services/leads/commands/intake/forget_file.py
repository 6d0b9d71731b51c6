"""Delete the file of an import that ended long ago."""

from chassis import files
from services.leads.documents.lead_import import LeadImport


def forget_file(lead_import: LeadImport) -> None:
    """The file is gone, and the import knows; its figures and what was wrong with its rows stay."""
    files.drop(lead_import.file_id)
    lead_import.file_id = ""
