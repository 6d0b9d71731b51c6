"""The room of leads with what the tests of attention need."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clocks import clock
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceStub
from services.leads.documents import Account, Engagement, NurtureRun, Opportunity, Suggestion, WeeklyReminder
from tests.leads.room import SUPERVISOR, Room, salesperson

ALICE = salesperson("alice")
BOB = salesperson("bob", team_id="t2", region="west")
OTHER_BOSS = Principal("boss2", frozenset({"supervisor"}), team_id="t2", region="west")
CARE = Principal("carla", frozenset({"customer_success"}))

_numbers = count(1)


def ask(room: Room, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> Any:
    return room.ask(AttentionServiceStub, rpc, request, caller)


def refused(room: Room, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> RemoteError:
    try:
        answer = ask(room, rpc, request, caller)
    except RemoteError as error:
        return error
    raise AssertionError(f"{rpc} was not refused but answered {answer}")


def stamp(moment: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def ago(**span: float) -> datetime:
    return clock.now() - timedelta(**span)


def open_account(owner: Principal = ALICE, **fields: Any) -> str:
    """An account as the routing would have made it."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "name": f"江南{number}号",
        "keys": [f"name:a{number}"],
        "owner_id": owner.subject,
        "team_id": owner.team_id,
        "region": owner.region,
        "create_time": clock.now(),
    }
    account = Account(**(given | fields))
    account.commit()
    return str(account.id)


def open_opportunity(account_id: str, owner: Principal = ALICE, **fields: Any) -> str:
    """A deal as the pipeline would have made it."""
    given: dict[str, Any] = {
        "account_id": account_id,
        "owner_id": owner.subject,
        "team_id": owner.team_id,
        "region": owner.region,
        "stage_times": {"lead": ago(days=30)},
        "create_time": ago(days=30),
        "update_time": ago(days=30),
    }
    opportunity = Opportunity(**(given | fields))
    opportunity.commit()
    return str(opportunity.id)


def told(event_type: str) -> list[dict[str, Any]]:
    """Bodies of the events of this type, in the order in which they were emitted."""
    entries = [
        entry
        for cls in (NurtureRun, Engagement, Suggestion, WeeklyReminder)
        for row in cls.collection().find({}, {"outbox": 1})
        for entry in row.get("outbox", ())
        if entry["type"] == event_type
    ]
    return [orjson.loads(entry["body"]) for entry in sorted(entries, key=lambda each: str(each["id"]))]


def signal(room: Room, account_id: str, signal_id: str, caller: Principal = ALICE, **fields: Any) -> pb.Engagement:
    """Record a signal; `signal_time` as a datetime."""
    if "signal_time" in fields:
        fields["signal_time"] = stamp(fields["signal_time"])
    given: dict[str, Any] = {"kind": pb.SIGNAL_KIND_DOCUMENT_OPENED, **fields}
    request = pb.RecordEngagementRequest(signal_id=signal_id, account_id=account_id, **given)
    answer: pb.RecordEngagementResponse = ask(room, "RecordEngagement", request, caller)
    return answer.engagement
