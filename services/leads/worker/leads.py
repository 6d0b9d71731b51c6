"""The reactions and deadlines from intake to first contact: event to use case, nothing else."""

from datetime import datetime

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1.events_pb2 import LeadCreated, LeadRoutingLapsed
from services.leads import commands
from services.leads.announcements import leads as announcements
from services.leads.documents import Lead
from services.leads.documents.deadline_kinds import CONFIRMATION
from services.leads.translate.leads import person_from
from services.leads.translate.values import moment


class LeadsReactions:
    """From the intake to the first contact."""

    @handles(PersonChanged)
    def copy_person(self, event: PersonChanged, context: EventContext) -> None:
        if commands.copy_person(person_from(event)):
            commands.route_unroutable(at=context.time, region=event.region)

    @handles(LeadCreated)
    def route_lead_when_created(self, event: LeadCreated, context: EventContext) -> None:
        # The time of the event, not of its arrival: the customer has waited since then.
        commands.route_new_lead(event.lead_id, at=context.time)

    @handles(LeadRoutingLapsed)
    def assign_when_confirmation_lapsed(self, event: LeadRoutingLapsed, context: EventContext) -> None:
        due_time = moment(event.confirm_due_time, "confirm_due_time")
        commands.assign_lapsed_lead(event.lead_id, at=due_time)

    @on_deadline(Lead, CONFIRMATION)
    def lapse_confirmation(self, lead: Lead, due_time: datetime) -> None:
        # Assigning changes other documents too, which a deadline cannot: the event carries it on.
        lead.emit(announcements.lead_routing_lapsed(lead, due_time))
