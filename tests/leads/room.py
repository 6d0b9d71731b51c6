"""Leads as its callers meet it: a guarded rpc server in this process, on a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import orjson

from chassis import database
from chassis.clocks import clock
from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from chassis.rpc_server import RpcServer
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from saleloop.leads.v1 import leads_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2_grpc as pb_grpc
from services.leads import commands
from services.leads.config import LeadsSettings
from services.leads.documents import Account, Lead, Salesperson
from services.leads.domain.person_copy import PersonCopy
from services.leads.domain.routing.candidates import LeaveSpan
from services.leads.rpc import servicers
from tests.stack import Database

PRIVATE_KEY = encode_key(bytes(range(32)))
PUBLIC_KEY = public_key_of(PRIVATE_KEY)
MARKETING = Principal("mark", frozenset({"marketing"}))
SUPERVISOR = Principal("boss", frozenset({"supervisor"}), team_id="t1", region="east")
REGIONAL = Principal("region-boss", frozenset({"regional_manager"}), region="east")
DIRECTOR = Principal("director", frozenset({"director"}))

_numbers = count(1)


def salesperson(subject: str, team_id: str = "t1", region: str = "east") -> Principal:
    return Principal(subject, frozenset({"salesperson"}), team_id=team_id, region=region)


def lead_request(**fields: Any) -> pb.CreateLeadRequest:
    """A lead of a company and phone of its own."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "company": f"江南{number}号贸易有限公司",
        "phone": f"1380000{number:04d}",
        "contact_name": "王小明",
        "region": "east",
        "channel": "expo",
        "urgency": pb.URGENCY_RED,
        "needs": ["ERP"],
    }
    return pb.CreateLeadRequest(**(given | fields))


def person(subject: str, **fields: Any) -> PersonCopy:
    given: dict[str, Any] = {
        "name": subject.title(),
        "team_id": "t1",
        "region": "east",
        "roles": frozenset({"salesperson"}),
        "tags": ("ERP", "CRM", "仓储"),
        "active": True,
        "supervisor_id": "boss",
        "leaves": (),
        "version": 1,
    }
    return PersonCopy(person_id=subject, **(given | fields))


def on_leave_now() -> tuple[LeaveSpan, ...]:
    return (LeaveSpan(clock.now() - timedelta(hours=1), clock.now() + timedelta(days=3)),)


class Room:
    """Calls leads as one of its users, and plays the worker's part step by step."""

    def __init__(self, stub: pb_grpc.LeadsServiceStub, opened: Any) -> None:
        self.stub = stub
        self.opened = opened

    def call(self, rpc: str, request: Any, caller: Principal = SUPERVISOR, timeout: float = 30.0) -> Any:
        token = AccessTokenIssuer(PRIVATE_KEY).issue(caller, "leads", timedelta(minutes=5))
        return getattr(self.stub, rpc)(request, metadata=bearer(token), timeout=timeout)

    def ask(
        self, stub_class: Any, rpc: str, request: Any, caller: Principal = SUPERVISOR, timeout: float = 30.0
    ) -> Any:
        """The same for the rpcs of another area."""
        token = AccessTokenIssuer(PRIVATE_KEY).issue(caller, "leads", timedelta(minutes=5))
        return getattr(stub_class(self.opened), rpc)(request, metadata=bearer(token), timeout=timeout)

    def refusal(self, rpc: str, request: Any, caller: Principal = SUPERVISOR) -> RemoteError:
        try:
            answer = self.call(rpc, request, caller)
        except RemoteError as error:
            return error
        raise AssertionError(f"{rpc} was not refused but answered {answer}")

    def create(self, caller: Principal = SUPERVISOR, **fields: Any) -> pb.Lead:
        answer: pb.CreateLeadResponse = self.call("CreateLead", lead_request(**fields), caller)
        return answer.lead

    def created_and_routed(self, **fields: Any) -> pb.Lead:
        """A lead after the worker has dealt with it."""
        lead = self.create(**fields)
        commands.route_new_lead(lead.id, at=clock.now())
        return self.lead(lead.id)

    def lead(self, lead_id: str, caller: Principal = DIRECTOR) -> pb.Lead:
        answer: pb.GetLeadResponse = self.call("GetLead", pb.GetLeadRequest(lead_id=lead_id), caller)
        return answer.lead

    def lead_ids(self, caller: Principal, **filters: Any) -> list[str]:
        """All leads that the caller sees, page by page."""
        ids: list[str] = []
        token = ""
        while True:
            request = pb.ListLeadsRequest(page_size=2, page_token=token, **filters)
            answer: pb.ListLeadsResponse = self.call("ListLeads", request, caller)
            ids += [lead.id for lead in answer.leads]
            token = answer.next_page_token
            if not token:
                return ids

    def import_csv(self, content: bytes, caller: Principal = MARKETING, **fields: Any) -> pb.ImportLeadsResponse:
        answer: pb.ImportLeadsResponse = self.call(
            "ImportLeads", pb.ImportLeadsRequest(content=content, **fields), caller
        )
        return answer

    def hire(self, *subjects: str, **fields: Any) -> None:
        for subject in subjects:
            commands.copy_person(person(subject, **fields))

    def set_policy(self, **fields: Any) -> pb.RoutingPolicy:
        request = pb.UpdateRoutingPolicyRequest(routing_policy=pb.RoutingPolicy(**fields))
        answer: pb.UpdateRoutingPolicyResponse = self.call("UpdateRoutingPolicy", request, DIRECTOR)
        return answer.routing_policy

    def open_untouched(self, subject: str) -> int:
        return int(Salesperson.load(subject).open_untouched)


def told(*types: str) -> list[dict[str, Any]]:
    """Bodies of the events of these types, in the order in which they were emitted."""
    entries = [
        entry
        for cls in (Lead, Account)
        for row in cls.collection().find({}, {"outbox": 1})
        for entry in row.get("outbox", ())
        if entry["type"] in types
    ]
    return [orjson.loads(entry["body"]) for entry in sorted(entries, key=lambda each: str(each["id"]))]


@contextmanager
def serving(place: Database) -> Iterator[Room]:
    """Leads' rpcs on this database."""
    settings = LeadsSettings(mongo_url=place.url, mongo_database=place.name, environment="test")
    database.connect(settings, "leads")
    server = RpcServer("leads", servicers(settings), AccessTokenVerifier(PUBLIC_KEY, "leads"), TABLE)
    opened: Any = channel(f"127.0.0.1:{server.start('127.0.0.1', 0)}")
    try:
        yield Room(pb_grpc.LeadsServiceStub(opened), opened)
    finally:
        opened.close()
        server.stop(grace_s=1)
        database.disconnect()
