"""The events of intake beside the single lead, made from what is stored. Nothing here decides anything."""

from typing import TYPE_CHECKING

from saleloop.leads.v1 import intake_events_pb2 as events

if TYPE_CHECKING:
    from services.leads.documents import Account
    from services.leads.documents.account_merge import AccountMerge
    from services.leads.documents.lead_import import LeadImport


def lead_import_started(lead_import: "LeadImport") -> events.LeadImportStarted:
    """A file waits to be taken in."""
    return events.LeadImportStarted(import_id=lead_import.id)


def lead_import_finished(lead_import: "LeadImport") -> events.LeadImportFinished:
    """Nothing more happens to it."""
    return events.LeadImportFinished(
        import_id=lead_import.id,
        state=lead_import.state,
        created=lead_import.created,
        unchanged=lead_import.unchanged,
        bad=lead_import.bad,
        created_by=lead_import.created_by,
    )


def account_merged(merge: "AccountMerge", winner: "Account", loser: "Account") -> events.AccountMerged:
    """Two accounts are one from now on."""
    return events.AccountMerged(
        merge_id=merge.id,
        winner_id=winner.id,
        loser_id=loser.id,
        winner_name=winner.name,
        loser_name=loser.name,
        owner_id=merge.owner_id,
        previous_owner_id=merge.previous_owner_id,
        merged_by=merge.merged_by,
        why=merge.why,
    )


def account_merge_undone(merge: "AccountMerge", winner: "Account", loser: "Account") -> events.AccountMergeUndone:
    """The loser is an account of its own again."""
    return events.AccountMergeUndone(
        merge_id=merge.id,
        winner_id=winner.id,
        loser_id=loser.id,
        winner_name=winner.name,
        loser_name=loser.name,
        owner_id=loser.owner_id,
        winner_owner_id=winner.owner_id,
        undone_by=merge.undone_by,
        why=merge.undo_why,
    )
