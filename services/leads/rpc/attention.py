"""Rpcs of this area: protobuf to use case to protobuf, nothing else."""

from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer


class AttentionServicer(AttentionServiceServicer):
    """What needs attention: nurture, engagement, accounts at risk, voices, suggestions, assets."""
