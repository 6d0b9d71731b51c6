"""Rpcs of attention: protobuf to use case to protobuf, nothing else."""

from services.leads.rpc.attention.assets import AssetRpcs
from services.leads.rpc.attention.engagement import EngagementRpcs
from services.leads.rpc.attention.nurture import NurtureRpcs
from services.leads.rpc.attention.risk import RiskRpcs
from services.leads.rpc.attention.suggestions import SuggestionRpcs
from services.leads.rpc.attention.voices import VoiceRpcs


class AttentionServicer(NurtureRpcs, EngagementRpcs, RiskRpcs, VoiceRpcs, SuggestionRpcs, AssetRpcs):
    """What needs attention: nurture, engagement, accounts at risk, voices, suggestions, the weekly three, assets."""
