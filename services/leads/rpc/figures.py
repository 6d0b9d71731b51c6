"""The figures of leads: protobuf to use case to protobuf, nothing else."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody

from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import figures_service_pb2 as pb
from saleloop.leads.v1.figures_service_pb2_grpc import LeadFiguresServiceServicer
from services.leads import commands
from services.leads.queries import figures
from services.leads.queries.salespeople import name_of
from services.leads.rpc.callers import caller
from services.leads.translate import figure_files as files
from services.leads.translate.figures import (
    channel_cost_to_proto,
    figure_to_proto,
    member_to_proto,
    part_from,
    question_from,
    told_to_proto,
)


class LeadFiguresServicer(LeadFiguresServiceServicer):
    """The figures of leads, each with the list behind it."""

    def ListFigures(self, request: pb.ListFiguresRequest, context: Any) -> pb.ListFiguresResponse:
        return pb.ListFiguresResponse(figures=map(figure_to_proto, figures.list_figures(caller())))

    def GetFigure(self, request: pb.GetFigureRequest, context: Any) -> pb.GetFigureResponse:
        told = figures.answer_figure(question_from(request), caller(), clock.now())
        return told_to_proto(told, request)

    def ListFigureMembers(self, request: pb.ListFigureMembersRequest, context: Any) -> pb.ListFigureMembersResponse:
        members, token = figures.list_figure_members(
            question_from(request),
            request.group,
            part_from(request.part),
            caller(),
            clock.now(),
            open_page(request),
        )
        return pb.ListFigureMembersResponse(members=map(member_to_proto, members), next_page_token=token)

    def ExportFigure(self, request: pb.ExportFigureRequest, context: Any) -> HttpBody:
        question, now = question_from(request), clock.now()
        if request.part == pb.FIGURE_PART_UNSPECIFIED:
            table = files.table_of_rows(figures.answer_figure(question, caller(), now))
        else:
            part = part_from(request.part)
            table = files.table_of_members(figures.members_for_file(question, request.group, part, caller(), now))
        mark = files.watermark(name_of(caller().subject), now)
        if request.format == pb.FIGURE_FILE_FORMAT_CSV:
            return HttpBody(content_type=files.CSV_TYPE, data=files.csv_file(mark, table))
        return HttpBody(content_type=files.XLSX_TYPE, data=files.xlsx_file(mark, table))

    def SetChannelCost(self, request: pb.SetChannelCostRequest, context: Any) -> pb.SetChannelCostResponse:
        cost = commands.set_channel_cost(
            request.channel,
            request.month,
            currency=request.cost.currency_code,
            amount_minor=request.cost.amount_minor,
            why=request.why,
        )
        return pb.SetChannelCostResponse(channel_cost=channel_cost_to_proto(cost.to_mongo()))

    def ListChannelCosts(self, request: pb.ListChannelCostsRequest, context: Any) -> pb.ListChannelCostsResponse:
        rows, token = figures.list_channel_costs(open_page(request))
        return pb.ListChannelCostsResponse(channel_costs=map(channel_cost_to_proto, rows), next_page_token=token)
