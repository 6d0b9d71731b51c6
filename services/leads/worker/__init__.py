"""The worker process of leads: everything it does by itself, by area."""

from chassis.consumer import run_worker
from services.leads.commands.routing.route_new_lead import WAITING
from services.leads.config import SERVICE, LeadsSettings
from services.leads.worker.attention import AttentionReactions
from services.leads.worker.figures import LeadFiguresReactions
from services.leads.worker.first_contact import FirstContactReactions
from services.leads.worker.intake import IntakeReactions
from services.leads.worker.leads import LeadsReactions
from services.leads.worker.ownership import OwnershipReactions
from services.leads.worker.pipeline import PipelineReactions
from services.leads.worker.visits import VisitsReactions


class LeadsWorker(
    LeadsReactions,
    IntakeReactions,
    OwnershipReactions,
    FirstContactReactions,
    PipelineReactions,
    VisitsReactions,
    AttentionReactions,
    LeadFiguresReactions,
):
    """All reactions and deadlines of leads."""

    name = SERVICE


def run() -> None:
    """Work until SIGTERM."""
    run_worker(SERVICE, LeadsWorker, LeadsSettings(), prefetch=WAITING)  # leads that wait are routed together
