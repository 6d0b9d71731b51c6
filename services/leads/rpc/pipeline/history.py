"""The timeline of an account: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.commands import pipeline as commands
from services.leads.queries import get_account
from services.leads.queries import pipeline as queries
from services.leads.rpc.callers import caller
from services.leads.translate.pipeline import moment_from
from services.leads.translate.proposals import timeline_entry_to_proto, touch_word


class HistoryRpcs:
    """What happened to an account, and what its owner adds."""

    def ListTimeline(self, request: pb.ListTimelineRequest, context: Any) -> pb.ListTimelineResponse:
        rows, token = queries.list_timeline(
            request.account_id, caller(), access.scope(), open_page(request), request.kinds
        )
        return pb.ListTimelineResponse(entries=map(timeline_entry_to_proto, rows), next_page_token=token)

    def LogTouch(self, request: pb.LogTouchRequest, context: Any) -> pb.LogTouchResponse:
        get_account(request.account_id, caller(), access.scope())
        entry = commands.log_touch(
            request.account_id,
            touch=touch_word(request.kind),
            summary=request.summary,
            opportunity_id=request.opportunity_id,
            touch_time=moment_from(request, "touch_time"),
            request_id=request.request_id,
            by=caller().subject,
            at=clock.now(),
        )
        return pb.LogTouchResponse(entry=timeline_entry_to_proto(entry.to_mongo()))
