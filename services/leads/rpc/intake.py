"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.intake_service_pb2_grpc import IntakeServiceServicer


class IntakeServicer(IntakeServiceServicer):
    """Intake beside the single lead: forms, webhooks, files, duplicates."""
