"""What happens between the assignment and the first contact, and what makes a lead valid or ends it."""

from services.leads.commands.first_contact.close_lead import close_lead
from services.leads.commands.first_contact.contact_lead import contact_lead
from services.leads.commands.first_contact.copy_confirmer import copy_confirmer
from services.leads.commands.first_contact.edit_work_calendar import (
    delete_calendar_day,
    provide_calendar_year,
    set_calendar_day,
)
from services.leads.commands.first_contact.move_lead import move_lapsed_lead
from services.leads.commands.first_contact.pause_first_contact import pause_first_contact, resume_first_contact
from services.leads.commands.first_contact.plan_next_action import plan_next_action
from services.leads.commands.first_contact.qualify_lead import qualify_lead
from services.leads.commands.first_contact.replan_open_leads import replan_open_leads
from services.leads.commands.first_contact.update_sla_policy import update_sla_policy
from services.leads.commands.first_contact.watch_first_contact import (
    check_calendar,
    let_lapse,
    mark_breached,
    resume_at_cap,
    warn_owner,
)

__all__ = [
    "check_calendar",
    "close_lead",
    "contact_lead",
    "copy_confirmer",
    "delete_calendar_day",
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
    "set_calendar_day",
    "update_sla_policy",
    "warn_owner",
]
