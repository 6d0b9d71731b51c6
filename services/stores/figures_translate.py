"""Figures into the contract's messages."""

from typing import Any

from saleloop.stores.v1 import figures_service_pb2 as pb
from services.stores.domain.figures import COUNTERS
from services.stores.domain.penetration import Penetration
from services.stores.domain.ranking import ComparedStore, StoreFigures
from services.stores.domain.statement import ranges_text
from services.stores.domain.truth import Correction, Truth
from services.stores.queries.members import MemberFigures
from services.stores.queries.rankings import StoreRanking
from services.stores.queries.statement import Statement
from services.stores.queries.terminals import TerminalView
from services.stores.translate import timestamp

_MAX_RANGES = 20
_STATES: dict[bool, Any] = {False: pb.FIGURES_STATE_PROVISIONAL, True: pb.FIGURES_STATE_FINAL}


def truth_to_proto(truth: Truth) -> pb.Truth:
    """How much of the truth an answer holds."""
    return pb.Truth(
        terminals_heard=truth.terminals_heard,
        terminals_enrolled=truth.terminals_enrolled,
        freshness_time=timestamp(truth.freshness_time),
        watermark_time=timestamp(truth.watermark_time),
        state=_STATES[truth.is_final],
        corrections=map(_correction, truth.corrections),
        correction_count=truth.correction_count,
        complete_time=timestamp(truth.complete_time),
    )


def _correction(correction: Correction) -> pb.Correction:
    return pb.Correction(
        store_id=correction.store_id,
        business_day=correction.business_day,
        final_time=timestamp(correction.final_time),
        arrival_day=correction.arrival_day,
        revenue_minor=correction.revenue_minor,
        receipts=correction.receipts,
        units_milli=correction.units_milli,
    )


def figures_to_proto(figures: StoreFigures) -> pb.Figures:
    """Sums of one store or of several."""
    return pb.Figures(
        revenue_minor=figures.revenue_minor,
        receipts=figures.receipts,
        units_milli=figures.units_milli,
        discount_minor=figures.discount_minor,
        returns=figures.returns,
        average_receipt_minor=figures.average_receipt_minor,
    )


def rank_to_proto(store: ComparedStore, figure: str) -> pb.StoreRank:
    """A store's place in both periods."""
    return pb.StoreRank(
        rank=store.rank,
        store_id=store.now.store_id,
        name=store.now.name,
        region=store.now.region,
        figures=figures_to_proto(store.now),
        previous_figures=figures_to_proto(store.previous),
        previous_rank=store.previous_rank,
        rank_change=store.rank_change,
        figure_change=store.figure_change,
        figure_change_bp=store.change_bp(figure),
        has_sales=store.now.has_sales,
    )


def watched_to_proto(ranking: StoreRanking | None, figure: str, limit: int, sequence: int) -> pb.WatchRankingResponse:
    """One answer of a stream; a heartbeat for None."""
    if ranking is None:
        return pb.WatchRankingResponse(sequence=sequence, is_heartbeat=True)
    return pb.WatchRankingResponse(
        sequence=sequence,
        stores=[rank_to_proto(store, figure) for store in ranking.stores[:limit]],
        total=figures_to_proto(ranking.total),
        previous_total=figures_to_proto(ranking.previous_total),
        truth=truth_to_proto(ranking.truth),
    )


def penetration_to_proto(store_id: str, found: Penetration) -> pb.SkuSetPenetration:
    """Of one store, or of all ("")."""
    return pb.SkuSetPenetration(
        store_id=store_id,
        receipts=found.receipts,
        receipts_with_product=found.with_product,
        receipts_bp=found.receipts_bp,
        members=found.members,
        members_with_product=found.members_with_product,
        members_bp=found.members_bp,
    )


def week_hour(hour: int, *counters: int) -> pb.WeekHour:
    """From the hour of the week, 0 being Monday 0:00, and the first of COUNTERS or all."""
    return pb.WeekHour(weekday=hour // 24 + 1, hour=hour % 24, **dict(zip(COUNTERS, counters, strict=False)))


def member_to_proto(member_id: str, found: MemberFigures) -> pb.GetMemberFiguresResponse:
    """What a member buys."""
    return pb.GetMemberFiguresResponse(
        member_id=member_id,
        receipts=found.receipts,
        revenue_minor=found.revenue_minor,
        first_time=timestamp(found.first_time),
        last_time=timestamp(found.last_time),
        usual_hours=[week_hour(hour, receipts) for hour, receipts in found.usual_hours],
        favourite_categories=[
            pb.CategoryFigure(category=name, revenue_minor=revenue) for name, revenue in found.favourite_categories
        ],
        store_ids=found.store_ids,
    )


def statement_to_proto(found: Statement) -> pb.DayStatement:
    """A store's business day, reconciled."""
    counted = found.counted_cash_minor
    return pb.DayStatement(
        store_id=found.store.id,
        business_day=found.business_day,
        currency_code=found.store.currency_code,
        figures=figures_to_proto(found.figures),
        tenders=[pb.TenderFigure(kind=kind, amount_minor=amount) for kind, amount in sorted(found.tenders.items())],
        untendered_minor=found.untendered_minor,
        expected_cash_minor=found.expected_cash_minor,
        cash_counts=[
            pb.CashCount(
                amount_minor=count.amount_minor,
                terminal_id=count.terminal_id,
                note=count.note,
                counted_by=count.counted_by,
                count_time=timestamp(count.count_time),
            )
            for count in found.cash_counts
        ],
        counted_cash_minor=counted,
        cash_difference_minor=None if counted is None else counted - found.expected_cash_minor,
        gaps=map(_gaps, found.gaps),
        conflicts=found.conflicts,
        rejected=found.rejected,
        state=_STATES[found.is_final],
        final_time=timestamp(found.final_time),
    )


def _gaps(view: TerminalView) -> pb.TerminalGaps:
    return pb.TerminalGaps(
        terminal_id=view.terminal_id,
        epoch=view.epoch,
        missing_receipts=sum(last - first + 1 for first, last in view.missing),
        missing=ranges_text(view.missing, _MAX_RANGES),
    )
