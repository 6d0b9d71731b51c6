"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.figures_service_pb2_grpc import LeadFiguresServiceServicer


class LeadFiguresServicer(LeadFiguresServiceServicer):
    """The figures of leads, each with the list behind it."""
