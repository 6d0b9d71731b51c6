"""The reactions and deadlines of first contact: event to use case, nothing else."""

from datetime import datetime

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1.first_contact_events_pb2 import FirstContactLapsed, FirstContactRulesChanged
from services.leads import commands
from services.leads.documents import Lead, StoredSlaPolicy
from services.leads.documents.deadline_kinds import BREACH, MOVE, RESUME, WARNING
from services.leads.documents.stored_sla_policy import CALENDAR_CHECK, SECOND_LOOK
from services.leads.translate.leads import person_from
from services.leads.translate.values import moment


class FirstContactReactions:
    """What first contact does by itself."""

    @handles(PersonChanged)
    def copy_confirmer(self, event: PersonChanged, context: EventContext) -> None:
        commands.copy_confirmer(person_from(event))

    @handles(FirstContactLapsed)
    def move_lead_when_first_contact_lapsed(self, event: FirstContactLapsed, context: EventContext) -> None:
        # The time at which it was due, not that of its arrival: the next owner's time starts then.
        commands.move_lapsed_lead(event.lead_id, moves=event.moves, at=moment(event.planned_time, "planned_time"))

    @handles(FirstContactRulesChanged)
    def replan_when_rules_changed(self, event: FirstContactRulesChanged, context: EventContext) -> None:
        commands.replan_open_leads(at=moment(event.change_time, "change_time"))

    @on_deadline(Lead, WARNING)
    def warn_of_first_contact(self, lead: Lead, due_time: datetime) -> None:
        commands.warn_owner(lead, due_time)

    @on_deadline(Lead, BREACH)
    def breach_first_contact(self, lead: Lead, due_time: datetime) -> None:
        commands.mark_breached(lead, due_time)

    @on_deadline(Lead, MOVE)
    def let_first_contact_lapse(self, lead: Lead, due_time: datetime) -> None:
        commands.let_lapse(lead, due_time)

    @on_deadline(Lead, RESUME)
    def resume_first_contact_at_cap(self, lead: Lead, due_time: datetime) -> None:
        commands.resume_at_cap(lead, due_time)

    @on_deadline(StoredSlaPolicy, CALENDAR_CHECK)
    def check_work_calendar(self, stored: StoredSlaPolicy, due_time: datetime) -> None:
        commands.check_calendar(stored, due_time)

    @on_deadline(StoredSlaPolicy, SECOND_LOOK)
    def look_again_after_rules_changed(self, stored: StoredSlaPolicy, due_time: datetime) -> None:
        stored.look_again(due_time)
