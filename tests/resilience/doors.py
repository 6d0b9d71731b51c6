"""The two ways to create a lead: over HTTP at the gateway, and over gRPC at leads itself."""

import time
from datetime import timedelta
from typing import Any, Protocol

import httpx

from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from chassis.tokens import AccessTokenIssuer
from saleloop.leads.v1 import leads_service_pb2 as pb
from saleloop.leads.v1.leads_service_pb2_grpc import LeadsServiceStub
from tests.resilience.ledger import OK, Attempt, Command

DEADLINE_S = 5.0
_GRACE_S = 0.5  # what a busy machine may add to a deadline
LATEST_ANSWER_S = DEADLINE_S + _GRACE_S
_CODES = {503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED", 409: "ABORTED"}
_NEEDS = ("ERP", "CRM")


class Door(Protocol):
    """Somewhere to send a command."""

    def send(self, command: Command) -> Attempt:
        """One try, at most `LATEST_ANSWER_S` long; never raises for what the platform answers."""


class HttpDoor:
    """The gateway; a repetition is recognised by its Idempotency-Key."""

    def __init__(self, base_url: str, access_token: str) -> None:
        headers = {"Authorization": f"Bearer {access_token}", "X-Request-Timeout": f"{DEADLINE_S}"}
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=LATEST_ANSWER_S)

    def send(self, command: Command) -> Attempt:
        began = time.monotonic()
        body = {
            "company": command.company,
            "phone": command.phone,
            "channel": "website",
            "urgency": "URGENCY_RED",
            "needs": _NEEDS,
        }
        try:
            answer = self._http.post("/v1/leads", json=body, headers={"Idempotency-Key": command.key})
        except httpx.HTTPError as error:
            return Attempt("NO_ANSWER", began, time.monotonic(), detail=repr(error))
        ended = time.monotonic()
        if answer.status_code == httpx.codes.OK:
            return Attempt(OK, began, ended, answer.json()["lead"]["id"])
        code = _CODES.get(answer.status_code, f"HTTP {answer.status_code}")
        return Attempt(code, began, ended, detail=answer.text[:300])


class GrpcDoor:
    """leads' own rpc, without the gateway before it; a repetition is recognised by its request_id."""

    def __init__(self, address: str, private_key: str) -> None:
        stub_channel: Any = channel(address, deadline_s=DEADLINE_S)
        self._stub = LeadsServiceStub(stub_channel)
        caller = Principal("resilience-marketing", frozenset({"marketing"}))
        self._token = AccessTokenIssuer(private_key).issue(caller, "leads", timedelta(minutes=30))

    def send(self, command: Command) -> Attempt:
        began = time.monotonic()
        request = pb.CreateLeadRequest(
            company=command.company,
            phone=command.phone,
            channel="website",
            urgency=pb.URGENCY_RED,
            needs=_NEEDS,
            request_id=command.key,
        )
        create: Any = self._stub.CreateLead
        try:
            answer = create(request, metadata=bearer(self._token))
        except RemoteError as error:
            return Attempt(error.code, began, time.monotonic(), detail=str(error)[:300])
        return Attempt(OK, began, time.monotonic(), answer.lead.id)
