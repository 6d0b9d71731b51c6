"""People and events for the tests of notify."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from chassis.envelopes import event_type
from chassis.ids import new_id
from saleloop.billing.v1 import billing_service_pb2 as billing_pb
from saleloop.billing.v1 import events_pb2 as billing
from saleloop.leads.v1 import events_pb2 as leads
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.quotes.v1 import events_pb2 as quotes
from saleloop.type.v1.money_pb2 import Money
from services.notify.commands.copy_person import PersonState, copy_person
from services.notify.commands.put_channel import ChannelState, put_channel
from services.notify.commands.tell import Event
from services.notify.documents import Channel
from services.notify.domain.robots import ChannelKind
from services.notify.translate import fields_of

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def person(person_id: str, *roles: str, language: str = "en", version: int = 1, **more: Any) -> None:
    """Make a person known to notify."""
    known: dict[str, Any] = {
        "region": "east",
        "supervisor_id": "",
        "active": True,
        "email": f"{person_id}@example.com",
    } | more
    copy_person(
        PersonState(
            person_id=person_id, name=person_id.title(), roles=roles, language=language, version=version, **known
        )
    )


def staff() -> None:
    """Sally sells for Sue; Fay and Lee look after money and law."""
    person("sally", "salesperson", supervisor_id="sue")
    person("sue", "supervisor")
    person("fay", "finance", language="zh")
    person("lee", "legal")


def event(message: Message, event_id: str = "", at: datetime = NOON) -> Event:
    """The message as its handler gets it."""
    return Event(event_id or new_id(), event_type(message), at, TRACE, fields_of(message))


def lead_assigned(company: str = "Acme", lead_id: str = "lead1") -> leads.LeadAssigned:
    return leads.LeadAssigned(
        lead_id=lead_id,
        owner_id="sally",
        company=company,
        channel="expo",
        urgency=leads_pb.URGENCY_RED,
        reasons={"zh": "标签匹配", "en": "tags match"},
        supervisor_id="sue",
    )


def overdue(state: str, days: int) -> billing.ReceivableOverdue:
    return billing.ReceivableOverdue(
        contract_id="c1",
        contract_number="C-1",
        instalment_number=1,
        radar_state=billing_pb.RadarState.Value(f"RADAR_STATE_{state}"),
        account_name="Acme",
        owner_id="sally",
        outstanding=Money(currency_code="CNY", amount_minor=1_234_567),
        days_overdue=days,
    )


def settled() -> billing.ReceivableSettled:
    return billing.ReceivableSettled(
        contract_id="c1", contract_number="C-1", instalment_number=1, account_name="Acme", owner_id="sally"
    )


def approval_requested(approver_id: str = "sue", role: str = "supervisor") -> quotes.ApprovalRequested:
    return quotes.ApprovalRequested(
        quote_id="q1", number="Q-1", quote_version=1, step=role, role=role, approver_id=approver_id,
        account_name="Acme", owner_id="sally", total=Money(currency_code="CNY", amount_minor=100),
    )  # fmt: skip


def robot_channel(kind: ChannelKind, url: str, channel_id: str = "room", **more: Any) -> Channel:
    wanted: dict[str, Any] = {"secret": "", "roles": (), "sender": "", "language": "en", "enabled": True}
    return put_channel(ChannelState(id=channel_id, kind=kind, url=url, **(wanted | more)))
