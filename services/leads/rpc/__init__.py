"""The rpc process of leads: everything it offers, by area."""

from collections.abc import Callable
from typing import Any

from chassis.rpc_server import serve
from contracts.access import TABLE
from saleloop.leads.v1.attention_service_pb2_grpc import add_AttentionServiceServicer_to_server
from saleloop.leads.v1.figures_service_pb2_grpc import add_LeadFiguresServiceServicer_to_server
from saleloop.leads.v1.first_contact_service_pb2_grpc import add_FirstContactServiceServicer_to_server
from saleloop.leads.v1.intake_service_pb2_grpc import add_IntakeServiceServicer_to_server
from saleloop.leads.v1.leads_service_pb2_grpc import add_LeadsServiceServicer_to_server
from saleloop.leads.v1.ownership_service_pb2_grpc import add_OwnershipServiceServicer_to_server
from saleloop.leads.v1.pipeline_service_pb2_grpc import add_PipelineServiceServicer_to_server
from saleloop.leads.v1.visits_service_pb2_grpc import add_VisitsServiceServicer_to_server
from services.leads.config import SERVICE, LeadsSettings
from services.leads.rpc.attention import AttentionServicer
from services.leads.rpc.figures import LeadFiguresServicer
from services.leads.rpc.first_contact import FirstContactServicer
from services.leads.rpc.intake import IntakeServicer
from services.leads.rpc.leads import LeadsServicer
from services.leads.rpc.ownership import OwnershipServicer
from services.leads.rpc.pipeline import PipelineServicer
from services.leads.rpc.visits import VisitsServicer


def servicers(settings: LeadsSettings) -> list[tuple[Callable[..., Any], Any]]:
    """Each servicer with the function that adds it to a server."""
    return [
        (add_LeadsServiceServicer_to_server, LeadsServicer(settings.default_country)),
        (add_IntakeServiceServicer_to_server, IntakeServicer(settings)),
        (add_OwnershipServiceServicer_to_server, OwnershipServicer()),
        (add_FirstContactServiceServicer_to_server, FirstContactServicer()),
        (add_PipelineServiceServicer_to_server, PipelineServicer(settings)),
        (add_VisitsServiceServicer_to_server, VisitsServicer()),
        (add_AttentionServiceServicer_to_server, AttentionServicer()),
        (add_LeadFiguresServiceServicer_to_server, LeadFiguresServicer()),
    ]


def run() -> None:
    """Serve until SIGTERM."""
    settings = LeadsSettings()
    serve(SERVICE, servicers(settings), settings, TABLE)
