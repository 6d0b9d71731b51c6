"""What customers said."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer
from services.leads.commands import attention as commands
from services.leads.documents import VoiceDictionary
from services.leads.queries import attention as queries
from services.leads.queries.accounts import get_account
from services.leads.rpc.callers import caller
from services.leads.translate.attention.voices import themes_from, themes_to_proto, voice_to_proto, wall_theme_to_proto
from services.leads.translate.attention.words import voice_state_from
from services.leads.translate.values import moment_if_set
from services.leads.words import cut_words


class VoiceRpcs(AttentionServiceServicer):
    """Voices, the wall, and its dictionary."""

    def AddVoice(self, request: pb.AddVoiceRequest, context: Any) -> pb.AddVoiceResponse:
        get_account(request.account_id, caller(), access.scope())
        voice = commands.add_voice(
            request.account_id,
            sentence=request.sentence,
            visit_id=request.visit_id,
            voice_time=moment_if_set(request, "voice_time"),
            is_problem=request.is_problem,
            request_id=request.request_id,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.AddVoiceResponse(voice=voice_to_proto(voice.to_mongo()))

    def ListVoices(self, request: pb.ListVoicesRequest, context: Any) -> pb.ListVoicesResponse:
        rows, token = queries.list_voices(
            caller(),
            access.scope(),
            open_page(request),
            state=voice_state_from(request.state),
            account_id=request.account_id,
        )
        return pb.ListVoicesResponse(voices=map(voice_to_proto, rows), next_page_token=token)

    def ResolveVoice(self, request: pb.ResolveVoiceRequest, context: Any) -> pb.ResolveVoiceResponse:
        queries.require_voice_in_reach(request.voice_id, caller(), access.scope())
        voice = commands.resolve_voice(request.voice_id, answer=request.answer, by=caller().subject, at=clock.now())
        return pb.ResolveVoiceResponse(voice=voice_to_proto(voice.to_mongo()))

    def GetVoiceWall(self, request: pb.GetVoiceWallRequest, context: Any) -> pb.GetVoiceWallResponse:
        wall = queries.voice_wall(
            caller(),
            access.scope(),
            cut_words,
            clock.now(),
            start=moment_if_set(request, "start_time"),
            end=moment_if_set(request, "end_time"),
            region=request.region,
        )
        return pb.GetVoiceWallResponse(
            wall_themes=[wall_theme_to_proto(theme, wall.voices) for theme in wall.themes],
            voice_count=len(wall.voices),
            is_cut=wall.is_cut,
        )

    def GetVoiceThemes(self, request: pb.GetVoiceThemesRequest, context: Any) -> pb.GetVoiceThemesResponse:
        stored = VoiceDictionary.current()
        return pb.GetVoiceThemesResponse(voice_themes=themes_to_proto(stored), version=stored.version)

    def UpdateVoiceThemes(self, request: pb.UpdateVoiceThemesRequest, context: Any) -> pb.UpdateVoiceThemesResponse:
        stored = commands.update_voice_themes(themes_from(request.voice_themes), expected_version=request.version)
        return pb.UpdateVoiceThemesResponse(voice_themes=themes_to_proto(stored), version=stored.version)
