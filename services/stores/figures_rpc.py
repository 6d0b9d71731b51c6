"""The figures' rpcs of saleloop.stores.v1: request -> question -> answer."""

from collections.abc import Iterator
from typing import Any

from chassis import pages, rpc_streams
from chassis.errors import InvalidArgument, field
from saleloop.stores.v1 import figures_service_pb2 as pb
from saleloop.stores.v1 import figures_service_pb2_grpc as pb_grpc
from services.stores.commands.record_counted_cash import record_counted_cash
from services.stores.domain.periods import Period, period_of, previous_period
from services.stores.domain.ranking import require_figure
from services.stores.figures_translate import (
    figures_to_proto,
    member_to_proto,
    penetration_to_proto,
    rank_to_proto,
    statement_to_proto,
    truth_to_proto,
    watched_to_proto,
    week_hour,
)
from services.stores.geography import centre_of, require_resolution
from services.stores.queries.heatmaps import geography, store_days, week_hours
from services.stores.queries.members import member_figures
from services.stores.queries.penetrations import set_penetration
from services.stores.queries.rankings import RankingQuestion, store_ranking
from services.stores.queries.statement import day_statement
from services.stores.queries.watching import SharedRankings, watch_ranking

MAX_SKUS = 50_000
_DEFAULT_LIMIT, _MAX_LIMIT = 50, 1_000


class FiguresServicer(pb_grpc.FiguresServiceServicer):
    """Figures of the viewer's stores."""

    def __init__(self) -> None:
        self._shared = SharedRankings()

    def GetStoreRanking(self, request: pb.GetStoreRankingRequest, context: Any) -> pb.GetStoreRankingResponse:
        page = pages.open_page(request)
        question = _question(request)
        found = store_ranking(question)
        start = int(page.after[0]) if page.after else 0
        end = start + page.size
        return pb.GetStoreRankingResponse(
            stores=[rank_to_proto(store, question.figure) for store in found.stores[start:end]],
            next_page_token="" if end >= len(found.stores) else page.token((end,)),
            total=figures_to_proto(found.total),
            previous_total=figures_to_proto(found.previous_total),
            truth=truth_to_proto(found.truth),
        )

    def WatchRanking(self, request: pb.WatchRankingRequest, context: Any) -> Iterator[pb.WatchRankingResponse]:
        question = _question(request)
        if not 0 <= request.limit <= _MAX_LIMIT:
            raise InvalidArgument(message=f"0 to {_MAX_LIMIT}", field="limit")
        limit, sequence = request.limit or _DEFAULT_LIMIT, 0
        for found in watch_ranking(question, self._shared, rpc_streams.wait):
            sequence += found is not None
            yield watched_to_proto(found, question.figure, limit, sequence)

    def GetStoreDayHeatmap(self, request: pb.GetStoreDayHeatmapRequest, context: Any) -> pb.GetStoreDayHeatmapResponse:
        page = pages.open_page(request)
        period = _period(request)
        start = int(page.after[0]) if page.after else 0
        days, rows, has_more, truth = store_days(
            period, region=request.region, figure=_figure(request), start=start, size=page.size
        )
        return pb.GetStoreDayHeatmapResponse(
            days=days,
            stores=[pb.StoreDays(store_id=row.store_id, name=row.name, values=row.values) for row in rows],
            next_page_token=page.token((start + page.size,)) if has_more else "",
            truth=truth_to_proto(truth),
        )

    def GetWeekHeatmap(self, request: pb.GetWeekHeatmapRequest, context: Any) -> pb.GetWeekHeatmapResponse:
        hours, truth = week_hours(_period(request), region=request.region, store_id=request.store_id)
        return pb.GetWeekHeatmapResponse(
            hours=[week_hour(hour, *figures) for hour, figures in enumerate(hours)], truth=truth_to_proto(truth)
        )

    def GetGeography(self, request: pb.GetGeographyRequest, context: Any) -> pb.GetGeographyResponse:
        with field("resolution"):
            resolution = require_resolution(request.resolution)
        cells, truth = geography(_period(request), region=request.region, resolution=resolution)
        return pb.GetGeographyResponse(
            cells=[
                pb.Cell(
                    h3_index=cell,
                    latitude=centre_of(cell)[0],
                    longitude=centre_of(cell)[1],
                    stores=stores,
                    figures=figures_to_proto(figures),
                )
                for cell, stores, figures in cells
            ],
            truth=truth_to_proto(truth),
        )

    def GetSkuSetPenetration(
        self, request: pb.GetSkuSetPenetrationRequest, context: Any
    ) -> pb.GetSkuSetPenetrationResponse:
        if not 1 <= len(request.skus) <= MAX_SKUS:
            raise InvalidArgument(message=f"1 to {MAX_SKUS} SKUs are needed", field="skus")
        launch_day = request.launch_day and _day(request, "launch_day")
        found = set_penetration(
            _period(request),
            request.skus,
            region=request.region,
            since_launch=request.since_launch or bool(launch_day),
            launch_day=launch_day,
        )
        return pb.GetSkuSetPenetrationResponse(
            first_day=found.first_day,
            stores=[penetration_to_proto(store_id, each) for store_id, each in found.stores],
            total=penetration_to_proto("", found.total),
            truth=truth_to_proto(found.truth),
        )

    def GetMemberFigures(self, request: pb.GetMemberFiguresRequest, context: Any) -> pb.GetMemberFiguresResponse:
        return member_to_proto(request.member_id, member_figures(request.member_id))

    def GetDayStatement(self, request: pb.GetDayStatementRequest, context: Any) -> pb.GetDayStatementResponse:
        found = day_statement(request.store_id, _day(request, "business_day"))
        return pb.GetDayStatementResponse(statement=statement_to_proto(found), truth=truth_to_proto(found.truth))

    def RecordCountedCash(self, request: pb.RecordCountedCashRequest, context: Any) -> pb.RecordCountedCashResponse:
        day = _day(request, "business_day")
        record_counted_cash(
            request.store_id,
            day,
            amount_minor=request.amount_minor,
            terminal_id=request.terminal_id,
            note=request.note,
            request_id=request.request_id,
        )
        return pb.RecordCountedCashResponse(statement=statement_to_proto(day_statement(request.store_id, day)))


def _day(request: Any, name: str) -> str:
    with field(name):
        return period_of(getattr(request, name), getattr(request, name))[0]


def _period(request: Any) -> Period:
    first, last = _day(request, "first_day"), _day(request, "last_day")
    with field("last_day"):
        return period_of(first, last)


def _figure(request: Any) -> str:
    with field("figure"):
        return require_figure(request.figure or "revenue")


def _question(request: Any) -> RankingQuestion:
    period = _period(request)
    with field("previous_first_day"):
        previous = previous_period(period, request.previous_first_day)
    return RankingQuestion(period, previous, request.region, _figure(request))
