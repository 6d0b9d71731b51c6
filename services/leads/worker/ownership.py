"""The reactions and deadlines of ownership: event to use case, nothing else."""

from datetime import datetime

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.leads.v1.events_pb2 import LeadContacted
from saleloop.leads.v1.ownership_events_pb2 import HandOverRequested, HandOverReturnDue, LeadRoutingRetryDue
from services.leads import commands
from services.leads.announcements import ownership as announcements
from services.leads.documents import HandOver, Lead
from services.leads.documents.hand_over import RETURN
from services.leads.documents.lead import RETRY
from services.leads.translate.values import moment


class OwnershipReactions:
    """What ownership does by itself."""

    @handles(LeadContacted)
    def route_unroutable_when_lead_contacted(self, event: LeadContacted, context: EventContext) -> None:
        # The owner has room again.
        commands.route_unroutable_for(event.owner_id, at=context.time)

    @handles(LeadRoutingRetryDue)
    def route_lead_when_retry_due(self, event: LeadRoutingRetryDue, context: EventContext) -> None:
        commands.retry_lead(event.lead_id, at=moment(event.due_time, "due_time"))

    @handles(HandOverRequested)
    def run_hand_over_when_requested(self, event: HandOverRequested, context: EventContext) -> None:
        commands.run_hand_over(event.hand_over_id, at=context.time)

    @handles(HandOverReturnDue)
    def run_return_when_leave_over(self, event: HandOverReturnDue, context: EventContext) -> None:
        commands.run_return(event.hand_over_id, at=moment(event.return_time, "return_time"))

    @on_deadline(Lead, RETRY)
    def retry_routing(self, lead: Lead, due_time: datetime) -> None:
        # Assigning changes other documents too, which a deadline cannot: the event carries it on.
        lead.emit(announcements.lead_routing_retry_due(lead, due_time))

    @on_deadline(HandOver, RETURN)
    def end_leave(self, hand_over: HandOver, due_time: datetime) -> None:
        hand_over.begin_return(due_time)
