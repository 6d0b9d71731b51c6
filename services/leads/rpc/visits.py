"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.visits_service_pb2_grpc import VisitsServiceServicer


class VisitsServicer(VisitsServiceServicer):
    """Work at the customer's: visit notes, photos, routes, stock, and the focus of a day."""
