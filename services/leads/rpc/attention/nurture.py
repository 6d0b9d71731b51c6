"""Nurture packages and runs."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer
from services.leads.commands import attention as commands
from services.leads.queries import attention as queries
from services.leads.rpc.callers import caller
from services.leads.translate.attention.nurture import package_from, package_to_proto, run_to_proto
from services.leads.translate.attention.words import run_state_word


class NurtureRpcs(AttentionServiceServicer):
    """Packages, and what runs for an account."""

    def ListNurturePackages(
        self, request: pb.ListNurturePackagesRequest, context: Any
    ) -> pb.ListNurturePackagesResponse:
        return pb.ListNurturePackagesResponse(nurture_packages=map(package_to_proto, queries.list_nurture_packages()))

    def PutNurturePackage(self, request: pb.PutNurturePackageRequest, context: Any) -> pb.PutNurturePackageResponse:
        message = request.nurture_package
        stored = commands.put_nurture_package(message.id, package_from(message), expected_version=message.version)
        return pb.PutNurturePackageResponse(nurture_package=package_to_proto(stored))

    def StartNurture(self, request: pb.StartNurtureRequest, context: Any) -> pb.StartNurtureResponse:
        subject = queries.find_subject(
            caller(),
            access.scope(),
            account_id=request.account_id,
            lead_id=request.lead_id,
            opportunity_id=request.opportunity_id,
        )
        run = commands.start_nurture(subject, package_id=request.package_id, at=clock.now())
        return pb.StartNurtureResponse(nurture_run=run_to_proto(run.to_mongo()))

    def StopNurture(self, request: pb.StopNurtureRequest, context: Any) -> pb.StopNurtureResponse:
        queries.require_run_in_reach(request.nurture_run_id, caller(), access.scope())
        run = commands.stop_nurture(request.nurture_run_id, why=request.why, at=clock.now())
        return pb.StopNurtureResponse(nurture_run=run_to_proto(run.to_mongo()))

    def ListNurtureRuns(self, request: pb.ListNurtureRunsRequest, context: Any) -> pb.ListNurtureRunsResponse:
        rows, token = queries.list_nurture_runs(
            caller(),
            access.scope(),
            open_page(request),
            state=run_state_word(request.state),
            account_id=request.account_id,
        )
        return pb.ListNurtureRunsResponse(nurture_runs=map(run_to_proto, rows), next_page_token=token)
