"""What leads can do: one function for each use case."""

from services.leads.commands.figures.set_channel_cost import set_channel_cost
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
from services.leads.commands.ownership.claim_account import ClaimOutcome, claim_account
from services.leads.commands.ownership.decide_conflict import decide_conflict
from services.leads.commands.ownership.hand_over import HandOverWish, hand_over, return_hand_over
from services.leads.commands.ownership.run_hand_over import run_hand_over, run_return
from services.leads.commands.ownership.transfer_account import transfer_account
from services.leads.commands.routing.confirm_routing import confirm_routing
from services.leads.commands.routing.copy_person import copy_person
from services.leads.commands.routing.route_lead import assign_lapsed_lead, retry_lead, route_lead
from services.leads.commands.routing.route_new_lead import route_new_lead, route_new_leads
from services.leads.commands.routing.route_unroutable import route_unroutable, route_unroutable_for
from services.leads.commands.routing.update_routing_policy import roll_back_routing_policy, update_routing_policy
from services.leads.commands.routing.workload import count_outcome

__all__ = [
    "ClaimOutcome",
    "HandOverWish",
    "ImportOutcome",
    "assign_lapsed_lead",
    "check_calendar",
    "claim_account",
    "close_lead",
    "confirm_routing",
    "contact_lead",
    "copy_confirmer",
    "copy_person",
    "count_outcome",
    "create_lead",
    "decide_conflict",
    "delete_calendar_day",
    "hand_over",
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
    "retry_lead",
    "return_hand_over",
    "roll_back_routing_policy",
    "route_lead",
    "route_new_lead",
    "route_new_leads",
    "route_unroutable",
    "route_unroutable_for",
    "run_hand_over",
    "run_return",
    "set_calendar_day",
    "set_channel_cost",
    "transfer_account",
    "update_routing_policy",
    "update_sla_policy",
    "warn_owner",
]
