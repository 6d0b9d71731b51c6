"""The reactions of quotes: copies of its neighbours' state, and approval steps that are late."""

from datetime import datetime

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.billing.v1.events_pb2 import AccountRiskChanged
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1.events_pb2 import AccountChanged
from services.quotes import copies
from services.quotes.commands.approval import STEP_DEADLINE, handle_late_step
from services.quotes.documents import Quote


class QuotesWorker:
    """What happens by itself."""

    name = "quotes"

    @handles(PersonChanged)
    def copy_person(self, event: PersonChanged, context: EventContext) -> None:
        copies.save_person(
            event.person_id,
            event.version,
            name=event.name,
            supervisor_id=event.supervisor_id,
            is_active=event.active,
        )

    @handles(AccountChanged)
    def copy_account(self, event: AccountChanged, context: EventContext) -> None:
        copies.save_account(
            event.account_id,
            event.version,
            name=event.name,
            region=event.region,
            owner_id=event.owner_id,
            team_id=event.team_id,
        )

    @handles(AccountRiskChanged)
    def copy_account_risk(self, event: AccountRiskChanged, context: EventContext) -> None:
        copies.save_account_risk(event.account_id, event.version, is_high_risk=event.is_high_risk)

    @on_deadline(Quote, STEP_DEADLINE)
    def move_on_when_step_late(self, quote: Quote, due_time: datetime) -> None:
        handle_late_step(quote, due_time)
