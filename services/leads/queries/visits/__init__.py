"""What can be told about visits, within the rows that the caller may see."""

from services.leads.queries.visits.focus_facts import focus_facts, require_salesperson_in_reach
from services.leads.queries.visits.nearby import Nearby, find_nearby
from services.leads.queries.visits.routes import RoutePlan, plan_visit_route
from services.leads.queries.visits.stock import list_customer_stock
from services.leads.queries.visits.visits import (
    get_site_photo,
    get_visit,
    list_visits,
    note_precision,
    require_visit_in_reach,
)

__all__ = [
    "Nearby",
    "RoutePlan",
    "find_nearby",
    "focus_facts",
    "get_site_photo",
    "get_visit",
    "list_customer_stock",
    "list_visits",
    "note_precision",
    "plan_visit_route",
    "require_salesperson_in_reach",
    "require_visit_in_reach",
]
