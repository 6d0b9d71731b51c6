"""What the fixture `gateway` hands out."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from google.api.httpbody_pb2 import HttpBody

from chassis.errors import FailedPrecondition, FieldViolation, InvalidArgument, ResourceExhausted
from chassis.principal import Principal, current
from gateway.config import GatewaySettings
from gateway.http.answers import XLSX
from saleloop.leads.v1 import intake_service_pb2 as intake_pb
from saleloop.leads.v1 import leads_service_pb2 as pb

ADMIN_PASSWORD = "the-first-password"


@dataclass
class FakeLeads:
    """Answers like the leads service would, and remembers what it was asked."""

    requests: list[Any] = field(default_factory=list)
    callers: list[Principal] = field(default_factory=list)
    # Of the latest public call.
    metadata: dict[str, Any] = field(default_factory=dict)
    delay_seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def CreateLead(self, request: pb.CreateLeadRequest, context: Any) -> pb.CreateLeadResponse:
        self._note(request)
        if request.channel == "refused":
            raise FailedPrecondition("LEAD_CLOSED", "the lead is closed", {"lead_id": "x"})
        if request.channel == "wrong":
            raise InvalidArgument("PHONE_INVALID", "wrong", violations=[FieldViolation("phone", "is no phone number")])
        if request.channel == "broken":
            raise RuntimeError("secret detail")
        time.sleep(self.delay_seconds)
        return pb.CreateLeadResponse(lead=pb.Lead(id=f"lead-{len(self.requests)}", company=request.company))

    def GetLead(self, request: pb.GetLeadRequest, context: Any) -> pb.GetLeadResponse:
        self._note(request)
        return pb.GetLeadResponse(lead=pb.Lead(id=request.lead_id, company="明远", version=7))

    def ListLeads(self, request: pb.ListLeadsRequest, context: Any) -> pb.ListLeadsResponse:
        self._note(request)
        return pb.ListLeadsResponse(leads=[pb.Lead(id="a")], next_page_token="next")

    def ImportLeads(self, request: pb.ImportLeadsRequest, context: Any) -> pb.ImportLeadsResponse:
        self._note(request)
        return pb.ImportLeadsResponse(created=request.content.count(b"\n"))

    def StartImport(self, request: intake_pb.StartImportRequest, context: Any) -> intake_pb.StartImportResponse:
        self._note(request)
        return intake_pb.StartImportResponse()

    def GetImportBadRows(self, request: intake_pb.GetImportBadRowsRequest, context: Any) -> HttpBody:
        self._note(request)
        return HttpBody(content_type=XLSX, data=b"PK")

    def ReceiveWebhook(
        self, request: intake_pb.ReceiveWebhookRequest, context: Any
    ) -> intake_pb.ReceiveWebhookResponse:
        self._note(request)
        self.metadata = dict(context.invocation_metadata())
        return intake_pb.ReceiveWebhookResponse(created=True)

    def SubmitIntakeForm(
        self, request: intake_pb.SubmitIntakeFormRequest, context: Any
    ) -> intake_pb.SubmitIntakeFormResponse:
        self._note(request)
        self.metadata = dict(context.invocation_metadata())
        raise ResourceExhausted("RATE_LIMITED", "too many", {"retry_after_seconds": "17"})

    def __getattr__(self, name: str) -> Any:
        """The rpcs that no test of the gateway calls."""
        if name[:1].isupper():
            return lambda request, context: None
        raise AttributeError(name)

    def _note(self, request: Any) -> None:
        with self.lock:
            self.requests.append(request)
            self.callers.append(current().principal)


@dataclass
class Gateway:
    """A running gateway: `client` speaks HTTP to it, `leads` stands behind it."""

    client: httpx.Client
    leads: FakeLeads
    settings: GatewaySettings

    def login(self, username: str = "admin", password: str = ADMIN_PASSWORD) -> dict[str, Any]:
        """Tokens and person of a login."""
        answer = self.client.post("/v1/auth:login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def as_user(self, username: str = "admin", password: str = ADMIN_PASSWORD) -> dict[str, str]:
        """Headers with an access token."""
        return {"authorization": f"Bearer {self.login(username, password)['tokens']['access_token']}"}

    def person(self, admin: dict[str, str], username: str, *roles: str, **fields: Any) -> dict[str, Any]:
        """A new person with the password "password-of-<username>"."""
        body = {"username": username, "name": username, "password": f"password-of-{username}", "roles": roles, **fields}
        answer = self.client.post("/v1/people", json=body, headers=admin)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["person"]
        return found

    def as_person(self, username: str) -> dict[str, str]:
        """Headers of a person made by `person`."""
        return self.as_user(username, f"password-of-{username}")
