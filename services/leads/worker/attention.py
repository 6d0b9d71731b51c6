"""The reactions and deadlines of attention: event to use case, nothing else."""

from datetime import datetime

from chassis.clocks import clock
from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.billing.v1 import events_pb2 as billing
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1.events_pb2 import LeadContacted
from saleloop.leads.v1.pipeline_events_pb2 import OpportunityMoved, ProposalOpened
from saleloop.leads.v1.visits_events_pb2 import VisitRecorded
from services.leads.commands import attention as commands
from services.leads.documents import Engagement, NurtureRun, WeeklyReminder
from services.leads.documents.engagement import COOLING, SILENCE
from services.leads.documents.nurture_run import STEP
from services.leads.documents.weekly_three import REMINDER
from services.leads.domain.attention.engagement import SignalKind
from services.leads.domain.attention.nurture import StopCause
from services.leads.translate.values import moment_if_set

_DIRECTOR = "director"


class AttentionReactions:
    """What attention does by itself."""

    @handles(LeadContacted)
    def stop_nurture_when_lead_contacted(self, event: LeadContacted, context: EventContext) -> None:
        commands.stop_nurture_of_account(event.account_id, StopCause.CONTACT, at=context.time)

    @handles(OpportunityMoved)
    def stop_nurture_when_opportunity_moved(self, event: OpportunityMoved, context: EventContext) -> None:
        commands.stop_nurture_of_account(event.account_id, StopCause.OPPORTUNITY_MOVED, at=context.time)

    @handles(VisitRecorded)
    def hear_voice_when_visit_recorded(self, event: VisitRecorded, context: EventContext) -> None:
        visit_time = moment_if_set(event, "visit_time") or context.time
        commands.stop_nurture_of_account(event.account_id, StopCause.CONTACT, at=visit_time)
        commands.add_visit_voice(
            event.account_id,
            sentence=event.voice_sentence,
            visit_id=event.visit_id,
            voice_time=min(visit_time, context.time),
            by=event.recorded_by or event.owner_id,
            at=context.time,
        )

    @handles(ProposalOpened)
    def record_engagement_when_proposal_opened(self, event: ProposalOpened, context: EventContext) -> None:
        open_time = moment_if_set(event, "open_time") or context.time
        commands.record_engagement(
            event.account_id,
            signal_id=f"event:{context.id}",
            kind=SignalKind.DOCUMENT_OPENED,
            depth_bp=0,
            answer_minutes=0,
            opportunity_id=event.opportunity_id,
            signal_time=open_time,
            by="system:proposal",
            at=max(open_time, context.time),
        )

    @handles(billing.ReceivableOverdue)
    def note_overdue_as_risk(self, event: billing.ReceivableOverdue, context: EventContext) -> None:
        commands.note_receivable_overdue(
            event.account_id,
            _instalment(event),
            due_time=moment_if_set(event, "due_time") or context.time,
            event_id=context.id,
        )

    @handles(billing.ReceivableSettled)
    def note_settled_as_no_risk(self, event: billing.ReceivableSettled, context: EventContext) -> None:
        commands.note_receivable_settled(event.account_id, _instalment(event), event_id=context.id)

    @handles(billing.AccountRiskChanged)
    def note_account_risk(self, event: billing.AccountRiskChanged, context: EventContext) -> None:
        commands.note_account_risk(
            event.account_id, event.is_high_risk, version=event.version, at=context.time, event_id=context.id
        )

    @handles(billing.ContractStarted)
    def note_purchase_when_contract_started(self, event: billing.ContractStarted, context: EventContext) -> None:
        commands.note_purchase(event.account_id, event.total.amount_minor, at=context.time, event_id=context.id)

    @handles(PersonChanged)
    def plan_weekly_reminder_of_director(self, event: PersonChanged, context: EventContext) -> None:
        commands.plan_weekly_reminder(
            event.person_id,
            is_director=event.active and _DIRECTOR in event.roles,
            person_version=event.version,
            at=clock.now(),
        )

    @on_deadline(NurtureRun, STEP)
    def hand_out_nurture_step(self, run: NurtureRun, due_time: datetime) -> None:
        commands.hand_out_step(run, due_time)

    @on_deadline(Engagement, COOLING)
    def end_hot_phase(self, engagement: Engagement, due_time: datetime) -> None:
        commands.end_hot_phase(engagement)

    @on_deadline(Engagement, SILENCE)
    def raise_silence_alarm(self, engagement: Engagement, due_time: datetime) -> None:
        commands.raise_silence_alarm(engagement, due_time)

    @on_deadline(WeeklyReminder, REMINDER)
    def remind_of_week(self, reminder: WeeklyReminder, due_time: datetime) -> None:
        commands.remind_of_week(reminder, due_time)


def _instalment(event: "billing.ReceivableOverdue | billing.ReceivableSettled") -> str:
    return f"{event.contract_id}:{event.instalment_number}"
