"""The reactions of billing: translate an event or a deadline, call."""

from datetime import datetime

from chassis.clocks import clock
from chassis.consumer import EventContext, Park, handles
from chassis.deadlines import on_deadline
from saleloop.billing.v1 import events_pb2 as events
from saleloop.leads.v1.events_pb2 import AccountChanged
from saleloop.quotes.v1.events_pb2 import QuoteSigned
from services.billing.commands import copy_account as copying
from services.billing.commands.ledger import RADAR
from services.billing.commands.start_contract import start_contract
from services.billing.commands.success_tasks import OPEN, open_planned_task
from services.billing.commands.watch_receivables import assess_account_risk, raise_alarms
from services.billing.documents import Contract, SuccessTask
from services.billing.translate import signed_quote_from


class BillingWorker:
    """What happens by itself."""

    name = "billing"

    @handles(AccountChanged)
    def copy_account(self, event: AccountChanged, context: EventContext) -> None:
        copying.copy_account(
            copying.AccountState(
                account_id=event.account_id,
                name=event.name,
                owner_id=event.owner_id,
                team_id=event.team_id,
                region=event.region,
                version=event.version,
            )
        )

    @handles(QuoteSigned)
    def start_contract_when_quote_signed(self, event: QuoteSigned, context: EventContext) -> None:
        try:
            signed = signed_quote_from(event)
            start_contract(signed)
        except ValueError as error:
            raise Park(f"no contract can be made of quote {event.number}: {error}") from error

    @handles(events.ReceivableOverdue)
    def assess_account_risk_when_receivable_overdue(
        self, event: events.ReceivableOverdue, context: EventContext
    ) -> None:
        # Not as of the event's own time: an alarm that arrives late must not undo what a newer one found.
        assess_account_risk(event.account_id, max(context.time, clock.now()))

    @on_deadline(Contract, RADAR)
    def raise_alarms_when_receivable_late(self, contract: Contract, due_time: datetime) -> None:
        raise_alarms(contract, due_time)

    @on_deadline(SuccessTask, OPEN)
    def open_task_when_due(self, task: SuccessTask, due_time: datetime) -> None:
        open_planned_task(task, due_time)
