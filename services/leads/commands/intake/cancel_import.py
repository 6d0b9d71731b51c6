"""Stop an import."""

from chassis.clocks import clock
from services.leads.documents import LeadImport


def cancel_import(import_id: str) -> LeadImport:
    """The import, which stops before its next chunk; what is in stays in. Raises ImportNotFound, ImportEnded."""
    lead_import = LeadImport.load(import_id)
    lead_import.cancel_import(clock.now())
    lead_import.commit(why="cancelled")
    return lead_import
