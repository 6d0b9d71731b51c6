"""Taking in leads: what it can do, one function for each use case."""

from services.leads.commands.intake.cancel_import import cancel_import
from services.leads.commands.intake.column_mappings import (
    create_column_mapping,
    delete_column_mapping,
    update_column_mapping,
)
from services.leads.commands.intake.create_lead import create_lead
from services.leads.commands.intake.dismiss_duplicate import dismiss_duplicate
from services.leads.commands.intake.forget_file import forget_file
from services.leads.commands.intake.import_leads import ImportOutcome, import_leads
from services.leads.commands.intake.intake_forms import create_intake_form, update_intake_form
from services.leads.commands.intake.merge_accounts import merge_accounts
from services.leads.commands.intake.receive_webhook import SignedDelivery, receive_webhook
from services.leads.commands.intake.run_import import run_import
from services.leads.commands.intake.start_import import start_import
from services.leads.commands.intake.submit_form import open_form, submit_form
from services.leads.commands.intake.undo_merge import undo_merge
from services.leads.commands.intake.update_account import update_account
from services.leads.commands.intake.webhook_sources import (
    SourceDefinition,
    create_webhook_source,
    rotate_webhook_secret,
    update_webhook_source,
)

__all__ = [
    "ImportOutcome",
    "SignedDelivery",
    "SourceDefinition",
    "cancel_import",
    "create_column_mapping",
    "create_intake_form",
    "create_lead",
    "create_webhook_source",
    "delete_column_mapping",
    "dismiss_duplicate",
    "forget_file",
    "import_leads",
    "merge_accounts",
    "open_form",
    "receive_webhook",
    "rotate_webhook_secret",
    "run_import",
    "start_import",
    "submit_form",
    "undo_merge",
    "update_account",
    "update_column_mapping",
    "update_intake_form",
    "update_webhook_source",
]
