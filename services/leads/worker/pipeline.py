"""The reactions and deadlines of pipeline: event to use case, nothing else."""

from datetime import datetime

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.leads.v1.events_pb2 import LeadQualified
from services.leads.commands import pipeline as commands
from services.leads.documents import Opportunity
from services.leads.documents.opportunity import COACHING
from services.leads.translate.values import moment
from services.leads.worker.timeline import TimelineReactions


class PipelineReactions(TimelineReactions):
    """What pipeline does by itself."""

    @handles(LeadQualified)
    def open_opportunity_when_lead_qualified(self, event: LeadQualified, context: EventContext) -> None:
        at = moment(event.qualify_time, "qualify_time") if event.HasField("qualify_time") else context.time
        by = event.fit_confirmed_by or event.budget_confirmed_by or event.owner_id
        commands.open_for_lead(event.lead_id, event.account_id, by=by, at=at)

    @on_deadline(Opportunity, COACHING)
    def coach_silent_opportunity(self, opportunity: Opportunity, due_time: datetime) -> None:
        opportunity.stall(due_time)
