"""The suggestion box and the director's weekly three."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer
from services.leads.commands import attention as commands
from services.leads.documents import Suggestion
from services.leads.queries import attention as queries
from services.leads.rpc.callers import caller
from services.leads.translate.attention.staff import suggestion_to_proto, weekly_three_to_proto
from services.leads.translate.attention.words import order_is_likes, suggestion_state_from


def _seen(suggestion: Suggestion) -> pb.Suggestion:
    return suggestion_to_proto(suggestion.to_mongo(), caller().subject)


class SuggestionRpcs(AttentionServiceServicer):
    """Ideas of the staff, and what the director does about them and others each week."""

    def CreateSuggestion(self, request: pb.CreateSuggestionRequest, context: Any) -> pb.CreateSuggestionResponse:
        made = commands.create_suggestion(
            request.title, request.text, request_id=request.request_id, by=caller().subject, at=clock.now()
        )
        return pb.CreateSuggestionResponse(suggestion=_seen(made))

    def ListSuggestions(self, request: pb.ListSuggestionsRequest, context: Any) -> pb.ListSuggestionsResponse:
        rows, token = queries.list_suggestions(
            open_page(request), state=suggestion_state_from(request.state), by_likes=order_is_likes(request.order)
        )
        reader = caller().subject
        return pb.ListSuggestionsResponse(
            suggestions=[suggestion_to_proto(row, reader) for row in rows], next_page_token=token
        )

    def LikeSuggestion(self, request: pb.LikeSuggestionRequest, context: Any) -> pb.LikeSuggestionResponse:
        liked = commands.like_suggestion(request.suggestion_id, likes=True, by=caller().subject, at=clock.now())
        return pb.LikeSuggestionResponse(suggestion=_seen(liked))

    def UnlikeSuggestion(self, request: pb.UnlikeSuggestionRequest, context: Any) -> pb.UnlikeSuggestionResponse:
        unliked = commands.like_suggestion(request.suggestion_id, likes=False, by=caller().subject, at=clock.now())
        return pb.UnlikeSuggestionResponse(suggestion=_seen(unliked))

    def AnswerSuggestion(self, request: pb.AnswerSuggestionRequest, context: Any) -> pb.AnswerSuggestionResponse:
        answered = commands.answer_suggestion(
            request.suggestion_id,
            text=request.text,
            state=suggestion_state_from(request.state),
            by=caller().subject,
            at=clock.now(),
        )
        return pb.AnswerSuggestionResponse(suggestion=_seen(answered))

    def GetWeeklyThree(self, request: pb.GetWeeklyThreeRequest, context: Any) -> pb.GetWeeklyThreeResponse:
        weekly = commands.weekly_three_of(caller(), access.scope(), clock.now())
        return pb.GetWeeklyThreeResponse(weekly_three=weekly_three_to_proto(weekly))

    def TickWeeklyItem(self, request: pb.TickWeeklyItemRequest, context: Any) -> pb.TickWeeklyItemResponse:
        weekly = commands.tick_weekly_item(request.subject_id, caller(), access.scope(), clock.now())
        return pb.TickWeeklyItemResponse(weekly_three=weekly_three_to_proto(weekly))
