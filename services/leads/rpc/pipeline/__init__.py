"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.pipeline_service_pb2_grpc import PipelineServiceServicer
from services.leads.config import LeadsSettings
from services.leads.rpc.pipeline.history import HistoryRpcs
from services.leads.rpc.pipeline.losses import LossRpcs
from services.leads.rpc.pipeline.opportunities import OpportunityRpcs
from services.leads.rpc.pipeline.proposals import ProposalRpcs


class PipelineServicer(OpportunityRpcs, LossRpcs, ProposalRpcs, HistoryRpcs, PipelineServiceServicer):
    """Opportunities, proposals, losses, and the timeline of an account."""

    def __init__(self, settings: LeadsSettings) -> None:
        self._settings = settings
