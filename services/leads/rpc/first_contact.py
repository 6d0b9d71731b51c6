"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.first_contact_service_pb2_grpc import FirstContactServiceServicer


class FirstContactServicer(FirstContactServiceServicer):
    """The time limits of the first contact, working time, and qualification."""
