"""What can be done around visits: one function for each use case."""

from services.leads.commands.visits.add_site_photo import add_site_photo
from services.leads.commands.visits.check_in import check_in
from services.leads.commands.visits.complete_next_action import complete_next_action
from services.leads.commands.visits.confirm_visit import confirm_visit
from services.leads.commands.visits.copy_money import copy_account_risk, copy_receivable
from services.leads.commands.visits.import_customer_stock import StockOutcome, import_customer_stock
from services.leads.commands.visits.keep_focus import complete_focus_item, look_at_focus
from services.leads.commands.visits.record_visit import Note, record_visit
from services.leads.commands.visits.set_account_location import set_account_location
from services.leads.commands.visits.update_competitors import update_competitors

__all__ = [
    "Note",
    "StockOutcome",
    "add_site_photo",
    "check_in",
    "complete_focus_item",
    "complete_next_action",
    "confirm_visit",
    "copy_account_risk",
    "copy_receivable",
    "import_customer_stock",
    "look_at_focus",
    "record_visit",
    "set_account_location",
    "update_competitors",
]
