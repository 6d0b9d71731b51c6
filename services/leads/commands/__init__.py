"""What leads can do: one function for each use case."""

from services.leads.commands.first_contact import (
    check_calendar,
    close_lead,
    contact_lead,
    copy_confirmer,
    delete_calendar_day,
    let_lapse,
    mark_breached,
    move_lapsed_lead,
    pause_first_contact,
    plan_next_action,
    provide_calendar_year,
    qualify_lead,
    replan_open_leads,
    resume_at_cap,
    resume_first_contact,
    set_calendar_day,
    update_sla_policy,
    warn_owner,
)
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
    "check_calendar",
    "close_lead",
    "confirm_routing",
    "contact_lead",
    "copy_confirmer",
    "copy_person",
    "create_lead",
    "delete_calendar_day",
    "import_leads",
    "let_lapse",
    "mark_breached",
    "move_lapsed_lead",
    "pause_first_contact",
    "plan_next_action",
    "provide_calendar_year",
    "qualify_lead",
    "replan_open_leads",
    "resume_at_cap",
    "resume_first_contact",
    "route_lead",
    "route_new_lead",
    "set_calendar_day",
    "update_routing_policy",
    "update_sla_policy",
    "warn_owner",
]
