"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.pipeline_service_pb2_grpc import PipelineServiceServicer


class PipelineServicer(PipelineServiceServicer):
    """Opportunities, proposals, losses, and the timeline of an account."""
