"""Leads, routing and accounts: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import leads_service_pb2 as pb
from saleloop.leads.v1.leads_service_pb2_grpc import LeadsServiceServicer
from services.leads import commands, queries
from services.leads.documents import StoredPolicy
from services.leads.phones import phone_normaliser
from services.leads.rpc.callers import caller
from services.leads.translate.leads import (
    account_to_proto,
    intake_from,
    lead_to_proto,
    mode_from,
    next_action_from,
    policy_change_from,
    policy_to_proto,
    responsibility_entry_to_proto,
    row_problem_to_proto,
    salesperson_to_proto,
    state_word,
)


class LeadsServicer(LeadsServiceServicer):
    """Leads from intake to the first contact. `default_country` is for phones that come without a country code."""

    def __init__(self, default_country: str) -> None:
        self._normalise_phone = phone_normaliser(default_country)

    def CreateLead(self, request: pb.CreateLeadRequest, context: Any) -> pb.CreateLeadResponse:
        lead = commands.create_lead(
            intake_from(request),
            request_id=request.request_id,
            by=caller().subject,
            normalise_phone=self._normalise_phone,
        )
        return pb.CreateLeadResponse(lead=lead_to_proto(queries.lead_as_seen(lead, caller(), access.scope())))

    def GetLead(self, request: pb.GetLeadRequest, context: Any) -> pb.GetLeadResponse:
        return pb.GetLeadResponse(lead=lead_to_proto(queries.get_lead(request.lead_id, caller(), access.scope())))

    def ListLeads(self, request: pb.ListLeadsRequest, context: Any) -> pb.ListLeadsResponse:
        rows, token = queries.list_leads(
            caller(),
            access.scope(),
            open_page(request),
            state=state_word(request.state),
            owner_id=request.owner_id,
        )
        return pb.ListLeadsResponse(leads=map(lead_to_proto, rows), next_page_token=token)

    def ImportLeads(self, request: pb.ImportLeadsRequest, context: Any) -> pb.ImportLeadsResponse:
        outcome = commands.import_leads(
            request.content,
            columns=dict(request.columns),
            validate_only=request.validate_only,
            normalise_phone=self._normalise_phone,
        )
        return pb.ImportLeadsResponse(
            created=outcome.created,
            unchanged=outcome.unchanged,
            problems=map(row_problem_to_proto, outcome.problems),
            lead_ids=outcome.lead_ids,
        )

    def RouteLead(self, request: pb.RouteLeadRequest, context: Any) -> pb.RouteLeadResponse:
        queries.require_lead_in_reach(request.lead_id, caller(), access.scope())
        lead = commands.route_lead(request.lead_id, mode=mode_from(request.mode, "mode"), at=clock.now())
        return pb.RouteLeadResponse(lead=lead_to_proto(lead.to_mongo()))

    def ConfirmRouting(self, request: pb.ConfirmRoutingRequest, context: Any) -> pb.ConfirmRoutingResponse:
        queries.require_lead_in_reach(request.lead_id, caller(), access.scope())
        lead = commands.confirm_routing(
            request.lead_id,
            salesperson_id=request.salesperson_id,
            why=request.why,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.ConfirmRoutingResponse(lead=lead_to_proto(lead.to_mongo()))

    def ContactLead(self, request: pb.ContactLeadRequest, context: Any) -> pb.ContactLeadResponse:
        lead = commands.contact_lead(
            request.lead_id,
            summary=request.summary,
            next_action=next_action_from(request.next_action),
            by=caller().subject,
            at=clock.now(),
        )
        return pb.ContactLeadResponse(lead=lead_to_proto(lead.to_mongo()))

    def ListResponsibilityEntries(
        self, request: pb.ListResponsibilityEntriesRequest, context: Any
    ) -> pb.ListResponsibilityEntriesResponse:
        rows, token = queries.list_responsibility_entries(
            request.account_id, caller(), access.scope(), open_page(request)
        )
        return pb.ListResponsibilityEntriesResponse(
            responsibility_entries=map(responsibility_entry_to_proto, rows), next_page_token=token
        )

    def GetAccount(self, request: pb.GetAccountRequest, context: Any) -> pb.GetAccountResponse:
        row = queries.get_account(request.account_id, caller(), access.scope())
        return pb.GetAccountResponse(account=account_to_proto(row))

    def ListAccounts(self, request: pb.ListAccountsRequest, context: Any) -> pb.ListAccountsResponse:
        rows, token = queries.list_accounts(caller(), access.scope(), open_page(request))
        return pb.ListAccountsResponse(accounts=map(account_to_proto, rows), next_page_token=token)

    def ListSalespeople(self, request: pb.ListSalespeopleRequest, context: Any) -> pb.ListSalespeopleResponse:
        at = clock.now()
        people, token = queries.list_salespeople(caller(), access.scope(), open_page(request), at)
        return pb.ListSalespeopleResponse(
            salespeople=[salesperson_to_proto(person, at) for person in people], next_page_token=token
        )

    def GetRoutingPolicy(self, request: pb.GetRoutingPolicyRequest, context: Any) -> pb.GetRoutingPolicyResponse:
        stored = StoredPolicy.current()
        return pb.GetRoutingPolicyResponse(routing_policy=policy_to_proto(stored.policy, stored.version))

    def UpdateRoutingPolicy(
        self, request: pb.UpdateRoutingPolicyRequest, context: Any
    ) -> pb.UpdateRoutingPolicyResponse:
        stored = commands.update_routing_policy(
            policy_change_from(request.routing_policy),
            expected_version=request.routing_policy.version,
            by=caller().subject,
            why=request.why,
            at=clock.now(),
        )
        return pb.UpdateRoutingPolicyResponse(routing_policy=policy_to_proto(stored.policy, stored.version))
