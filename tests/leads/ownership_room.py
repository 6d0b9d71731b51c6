"""Ownership as its callers meet it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.clocks import clock
from chassis.documents import insert_many_committed
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import ownership_service_pb2 as pb
from saleloop.leads.v1.ownership_service_pb2_grpc import OwnershipServiceStub
from services.leads.documents import Account, Lead, Opportunity, ResponsibilityEntry, Salesperson
from services.leads.documents.account import name_key
from services.leads.documents.lead import BREACH, WARNING
from services.leads.domain.lead_state import LeadState
from tests.leads.room import DIRECTOR, SUPERVISOR, Room


def ask(room: Room, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> Any:
    return room.ask(OwnershipServiceStub, rpc, request, caller)


def refusal(room: Room, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> RemoteError:
    try:
        answer = ask(room, rpc, request, caller)
    except RemoteError as error:
        return error
    raise AssertionError(f"{rpc} was not refused but answered {answer}")


def owner_now(room: Room, account_id: str) -> str:
    answer: pb.GetOwnerAtResponse = ask(room, "GetOwnerAt", pb.GetOwnerAtRequest(account_id=account_id), DIRECTOR)
    return answer.owner_id


def give_accounts(owner_id: str, number: int, due: Callable[[datetime], datetime] | None = None) -> list[str]:
    """Accounts of the owner, each with an untouched lead and an open opportunity."""
    at = clock.now()
    accounts, leads, opportunities, entries = [], [], [], []
    for index in range(number):
        account = Account(
            name=f"公司{owner_id}{index}",
            keys=[name_key(f"公司{owner_id}{index}{new_id()}")],
            phone="+8613800138000",
            region="east",
            owner_id=owner_id,
            team_id="t1",
            create_time=at,
        )
        common = {"account_id": account.id, "owner_id": owner_id, "region": "east"}
        lead = Lead(
            state=LeadState.ASSIGNED,
            intake_keys=[new_id()],
            create_time=at,
            assign_time=at,
            supervisor_id="boss",
            company=account.name,
            **common,
        )
        if due is not None:
            lead.schedule(WARNING, due(at))
            lead.schedule(BREACH, due(at))
        accounts.append(account)
        leads.append(lead)
        opportunities.append(Opportunity(create_time=at, update_time=at, team_id="t1", company=account.name, **common))
        entries.append(
            ResponsibilityEntry(lead_id=lead.id, since=at, decided_by="routing_policy", why="the first", **common)
        )
    for documents in (accounts, leads, opportunities, entries):
        insert_many_committed(documents)
    Salesperson.collection().update_one(
        {"_id": owner_id},
        {"$inc": {"open_untouched": number, "untouched_in_month": number}, "$set": {"month": f"{at:%Y-%m}"}},
    )
    return [account.id for account in accounts]


def untouched(*subjects: str) -> dict[str, int]:
    rows = Salesperson.collection().find({"_id": {"$in": list(subjects)}}, {"open_untouched": 1})
    return {row["_id"]: row["open_untouched"] for row in rows}


def owners_of(cls: type[Account | Lead | Opportunity]) -> dict[str, int]:
    groups = cls.collection().aggregate([{"$group": {"_id": "$owner_id", "n": {"$sum": 1}}}])
    return {group["_id"]: group["n"] for group in groups}
