"""The pipeline as its users meet it, and events of other services as they arrive."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from google.protobuf.message import Message

from chassis.clocks import clock
from chassis.documents import Aggregate
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.billing.v1 import events_pb2 as billing
from saleloop.billing.v1.billing_service_pb2 import ORDER_STATE_ACCEPTED
from saleloop.leads.v1 import events_pb2 as leads_events
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from saleloop.leads.v1.pipeline_service_pb2_grpc import PipelineServiceStub
from saleloop.quotes.v1 import events_pb2 as quotes
from saleloop.type.v1.money_pb2 import Money
from services.leads.commands import pipeline as commands
from services.leads.documents import Lead, Opportunity, Proposal, RefusedJump
from services.leads.translate.timeline import KEPT, entry_of
from tests.leads.room import DIRECTOR, Room, salesperson

ALICE = salesperson("alice")


def yuan(amount: int) -> Money:
    return Money(currency_code="CNY", amount_minor=amount * 100)


def ask(room: Room, rpc: str, request: Any, caller: Principal = ALICE) -> Any:
    return room.ask(PipelineServiceStub, rpc, request, caller)


def refused(room: Room, rpc: str, request: Any, caller: Principal = ALICE) -> RemoteError:
    try:
        answer = ask(room, rpc, request, caller)
    except RemoteError as error:
        return error
    raise AssertionError(f"{rpc} was not refused but answered {answer}")


def account_of(room: Room, owner: str = "alice", **fields: Any) -> leads_pb.Lead:
    """A lead that has become an account of the only salesperson there is in its region."""
    lead = room.created_and_routed(**fields)
    assert lead.owner_id == owner
    return lead


def opened(room: Room, account_id: str, caller: Principal = ALICE, **fields: Any) -> pb.Opportunity:
    request = pb.OpenOpportunityRequest(account_id=account_id, **fields)
    answer: pb.OpenOpportunityResponse = ask(room, "OpenOpportunity", request, caller)
    return answer.opportunity


def surveyed(room: Room, opportunity_id: str, caller: Principal = ALICE) -> pb.Opportunity:
    request = pb.UpdateSurveyRequest(
        opportunity_id=opportunity_id, needs=["WMS"], budget=yuan(80_000), decision_chain=["仓库主任", "总经理"]
    )
    answer: pb.UpdateSurveyResponse = ask(room, "UpdateSurvey", request, caller)
    return answer.opportunity


def shown(room: Room, opportunity_id: str, caller: Principal = DIRECTOR) -> pb.Opportunity:
    answer: pb.GetOpportunityResponse = ask(
        room, "GetOpportunity", pb.GetOpportunityRequest(opportunity_id=opportunity_id), caller
    )
    return answer.opportunity


def arrive(event: Message, *, event_id: str = "", at: datetime | None = None) -> None:
    """What the worker does with an event of the timeline."""
    source = f"/saleloop/{event.DESCRIPTOR.full_name.split('.')[1]}"
    event_id, at = event_id or new_id(), at or clock.now()
    commands.keep_event(entry_of(event, who=KEPT[type(event)], event_id=event_id, source=source, time=at))


def qualify(lead_id: str, at: datetime | None = None) -> None:
    """What the worker does when a lead has become valid."""
    lead = Lead.load(lead_id)
    commands.open_for_lead(lead.id, lead.account_id, by="tech", at=at or clock.now())


def deal_events(account_id: str, start: datetime, quote_id: str = "q1") -> dict[str, tuple[Message, datetime]]:
    """What quotes and billing tell of a deal over 100,000 yuan that goes well, by a short name; an hour apart."""
    contract_id = f"contract-{quote_id}"
    told: dict[str, Message] = {
        "submitted": quotes.QuoteSubmitted(
            quote_id=quote_id, number="Q1", account_id=account_id, owner_id="alice", total=yuan(100_000)
        ),
        "signed": quotes.QuoteSigned(
            quote_id=quote_id, number="Q1", account_id=account_id, total=yuan(100_000), signer_name="王总"
        ),
        "started": billing.ContractStarted(contract_id=contract_id, quote_id=quote_id, account_id=account_id),
        "accepted": billing.OrderMoved(
            contract_id=contract_id, order_state=ORDER_STATE_ACCEPTED, account_id=account_id
        ),
        "paid": billing.PaymentRecorded(payment_id=f"payment-{quote_id}", account_id=account_id, amount=yuan(100_000)),
    }
    return {
        name: (event, start + timedelta(hours=number)) for number, (name, event) in enumerate(told.items(), start=1)
    }


def lead_assigned(lead: leads_pb.Lead) -> leads_events.LeadAssigned:
    return leads_events.LeadAssigned(
        lead_id=lead.id, account_id=lead.account_id, owner_id=lead.owner_id, reasons={"zh": "最合适", "en": "fits best"}
    )


def pipeline_told(*types: str) -> list[dict[str, Any]]:
    """Bodies of the pipeline's events of these types, in the order in which they were emitted."""
    classes: tuple[type[Aggregate], ...] = (Opportunity, Proposal, RefusedJump)
    entries = [
        entry
        for cls in classes
        for row in cls.collection().find({}, {"outbox": 1})
        for entry in row.get("outbox", ())
        if entry["type"] in types
    ]
    return [orjson.loads(entry["body"]) for entry in sorted(entries, key=lambda each: str(each["id"]))]
