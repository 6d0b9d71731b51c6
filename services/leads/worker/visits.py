"""The reactions and deadlines of visits: event to use case, nothing else."""

from datetime import datetime

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.billing.v1.billing_service_pb2 import RadarState
from saleloop.billing.v1.events_pb2 import AccountRiskChanged, ReceivableOverdue, ReceivableSettled
from services.leads.commands import visits as commands
from services.leads.documents import CustomerStock
from services.leads.documents.customer_stock import USUAL_PURCHASE


class VisitsReactions:
    """The copy of what accounts owe, and the reminder of a purchase that is usual by now."""

    @handles(ReceivableOverdue)
    def copy_receivable_overdue(self, event: ReceivableOverdue, context: EventContext) -> None:
        commands.copy_receivable(
            event.account_id,
            event.contract_id,
            event.instalment_number,
            outstanding_minor=event.outstanding.amount_minor,
            radar_state=RadarState.Name(event.radar_state).removeprefix("RADAR_STATE_").lower(),
            time=context.time,
        )

    @handles(ReceivableSettled)
    def copy_receivable_settled(self, event: ReceivableSettled, context: EventContext) -> None:
        commands.copy_receivable(
            event.account_id,
            event.contract_id,
            event.instalment_number,
            outstanding_minor=0,
            radar_state="",
            time=context.time,
        )

    @handles(AccountRiskChanged)
    def copy_account_risk(self, event: AccountRiskChanged, context: EventContext) -> None:
        commands.copy_account_risk(event.account_id, is_high_risk=event.is_high_risk, version=event.version)

    @on_deadline(CustomerStock, USUAL_PURCHASE)
    def remind_of_usual_purchase(self, stock: CustomerStock, due_time: datetime) -> None:
        stock.remind_of_habit()
