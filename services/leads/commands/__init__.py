"""What leads can do: one function for each use case."""

from services.leads.commands.figures.set_channel_cost import set_channel_cost
from services.leads.commands.first_contact.contact_lead import contact_lead
from services.leads.commands.first_contact.watch_first_contact import mark_breached, warn_owner
from services.leads.commands.intake.create_lead import create_lead
from services.leads.commands.intake.import_leads import ImportOutcome, import_leads
from services.leads.commands.routing.confirm_routing import confirm_routing
from services.leads.commands.routing.copy_person import copy_person
from services.leads.commands.routing.route_lead import assign_lapsed_lead, route_lead
from services.leads.commands.routing.route_new_lead import route_new_lead
from services.leads.commands.routing.update_routing_policy import update_routing_policy

__all__ = [
    "ImportOutcome",
    "assign_lapsed_lead",
    "confirm_routing",
    "contact_lead",
    "copy_person",
    "create_lead",
    "import_leads",
    "mark_breached",
    "route_lead",
    "route_new_lead",
    "set_channel_cost",
    "update_routing_policy",
    "warn_owner",
]
