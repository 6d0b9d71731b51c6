"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.ownership_service_pb2_grpc import OwnershipServiceServicer


class OwnershipServicer(OwnershipServiceServicer):
    """Who owns what: policies of routing, claims, hand-overs, the responsibility log."""
