"""The rpcs of saleloop.stores.v1: request -> use case -> answer."""

from collections.abc import Sequence
from typing import Any

from chassis import pages
from chassis.errors import InvalidArgument, field
from saleloop.stores.v1 import stores_service_pb2 as stores
from saleloop.stores.v1 import stores_service_pb2_grpc as stores_grpc
from services.stores.commands.decide_about_numbers import confirm_number_jump, declare_loss, request_resend
from services.stores.commands.enrol_terminals import enrol_terminal, invite_terminals, revoke_terminal
from services.stores.commands.put_master_data import put_members, put_skus
from services.stores.commands.put_stores import put_stores
from services.stores.domain.business_day import days_between
from services.stores.domain.figures import COUNTERS
from services.stores.domain.ranking import StoreFigures
from services.stores.queries import figures
from services.stores.queries.outcomes import list_outcomes
from services.stores.queries.receipts import get_receipt, list_problems
from services.stores.queries.stores import get_store, list_stores
from services.stores.queries.terminals import get_terminal, list_terminals, view_of
from services.stores.translate import (
    coverage_to_proto,
    invitation_to_proto,
    outcome_to_proto,
    problem_to_proto,
    receipt_to_proto,
    store_to_proto,
    store_values_from,
    terminal_to_proto,
)


class StoresServicer(stores_grpc.StoresServiceServicer):
    """Stores, terminals, receipts, figures."""

    def BatchPutStores(self, request: stores.BatchPutStoresRequest, context: Any) -> stores.BatchPutStoresResponse:
        changed = put_stores([store_values_from(store) for store in request.stores])
        return stores.BatchPutStoresResponse(changed=changed)

    def GetStore(self, request: stores.GetStoreRequest, context: Any) -> stores.GetStoreResponse:
        return stores.GetStoreResponse(store=store_to_proto(get_store(request.store_id)))

    def ListStores(self, request: stores.ListStoresRequest, context: Any) -> stores.ListStoresResponse:
        page = pages.open_page(request)
        found = list_stores(region=request.region, after=_text(page.after), limit=page.size + 1)
        rows, token = page.cut(found, lambda store: (store.id,))
        return stores.ListStoresResponse(stores=map(store_to_proto, rows), next_page_token=token)

    def BatchPutSkus(self, request: stores.BatchPutSkusRequest, context: Any) -> stores.BatchPutSkusResponse:
        entries = [
            (entry.sku, {"name": entry.name, "category": entry.category, "brand": entry.brand})
            for entry in request.skus
        ]
        return stores.BatchPutSkusResponse(changed=put_skus(entries))

    def BatchPutMembers(self, request: stores.BatchPutMembersRequest, context: Any) -> stores.BatchPutMembersResponse:
        return stores.BatchPutMembersResponse(
            changed=put_members([(member.id, {"name": member.name}) for member in request.members])
        )

    def BatchCreateEnrolmentCodes(
        self, request: stores.BatchCreateEnrolmentCodesRequest, context: Any
    ) -> stores.BatchCreateEnrolmentCodesResponse:
        invitations = invite_terminals([(key.store_id, key.terminal_id) for key in request.terminals])
        return stores.BatchCreateEnrolmentCodesResponse(enrolment_codes=map(invitation_to_proto, invitations))

    def EnrolTerminal(self, request: stores.EnrolTerminalRequest, context: Any) -> stores.EnrolTerminalResponse:
        terminal = enrol_terminal(request.code, request.public_key)
        return stores.EnrolTerminalResponse(
            store_id=terminal.store_id, terminal_id=terminal.terminal_id, epoch=terminal.epoch
        )

    def RevokeTerminal(self, request: stores.RevokeTerminalRequest, context: Any) -> stores.RevokeTerminalResponse:
        terminal = revoke_terminal(request.store_id, request.terminal_id, request.why)
        return stores.RevokeTerminalResponse(terminal=terminal_to_proto(view_of(terminal)))

    def GetTerminal(self, request: stores.GetTerminalRequest, context: Any) -> stores.GetTerminalResponse:
        view = get_terminal(request.store_id, request.terminal_id)
        return stores.GetTerminalResponse(terminal=terminal_to_proto(view))

    def ListTerminals(self, request: stores.ListTerminalsRequest, context: Any) -> stores.ListTerminalsResponse:
        page = pages.open_page(request)
        found = list_terminals(
            store_id=request.store_id, with_gaps=request.with_gaps, after=_text(page.after), limit=page.size + 1
        )
        rows, token = page.cut(found, lambda view: (f"{view.store_id}/{view.terminal_id}",))
        return stores.ListTerminalsResponse(terminals=map(terminal_to_proto, rows), next_page_token=token)

    def ConfirmNumberJump(
        self, request: stores.ConfirmNumberJumpRequest, context: Any
    ) -> stores.ConfirmNumberJumpResponse:
        numbers = (request.first, request.last)
        terminal = confirm_number_jump(request.store_id, request.terminal_id, numbers, request.why)
        return stores.ConfirmNumberJumpResponse(terminal=terminal_to_proto(view_of(terminal)))

    def DeclareLoss(self, request: stores.DeclareLossRequest, context: Any) -> stores.DeclareLossResponse:
        numbers = (request.first, request.last)
        terminal = declare_loss(request.store_id, request.terminal_id, numbers, request.why)
        return stores.DeclareLossResponse(terminal=terminal_to_proto(view_of(terminal)))

    def RequestResend(self, request: stores.RequestResendRequest, context: Any) -> stores.RequestResendResponse:
        terminal = request_resend(request.store_id, request.terminal_id, (request.first, request.last))
        return stores.RequestResendResponse(terminal=terminal_to_proto(view_of(terminal)))

    def ListReceiptOutcomes(
        self, request: stores.ListReceiptOutcomesRequest, context: Any
    ) -> stores.ListReceiptOutcomesResponse:
        page = pages.open_page(request)
        with field("last"):
            found = list_outcomes(request.store_id, request.terminal_id, request.epoch, request.first, request.last)
        start = int(page.after[0]) if page.after else 0
        is_last = start + page.size >= len(found)
        return stores.ListReceiptOutcomesResponse(
            outcomes=[outcome_to_proto(*told) for told in found[start : start + page.size]],
            next_page_token="" if is_last else page.token((start + page.size,)),
        )

    def GetReceipt(self, request: stores.GetReceiptRequest, context: Any) -> stores.GetReceiptResponse:
        stored = get_receipt(request.store_id, request.terminal_id, request.epoch, request.number)
        return stores.GetReceiptResponse(receipt=receipt_to_proto(stored))

    def ListReceiptProblems(
        self, request: stores.ListReceiptProblemsRequest, context: Any
    ) -> stores.ListReceiptProblemsResponse:
        page = pages.open_page(request)
        after = (str(page.after[0]), str(page.after[-1])) if page.after else ("", "")
        found = list_problems(store_id=request.store_id, after=after, limit=page.size + 1)
        rows, token = page.cut(found, lambda problem: (problem["store_id"], problem["_id"]))
        return stores.ListReceiptProblemsResponse(receipt_problems=map(problem_to_proto, rows), next_page_token=token)

    def GetRanking(self, request: stores.GetRankingRequest, context: Any) -> stores.GetRankingResponse:
        page = pages.open_page(request)
        with field("figure"):
            found = figures.ranking(_period(request), region=request.region, figure=request.figure)
        start = int(page.after[0]) if page.after else 0
        rows = found.stores[start : start + page.size]
        is_last = start + page.size >= len(found.stores)
        return stores.GetRankingResponse(
            stores=[_ranked(position, store) for position, store in rows],
            next_page_token="" if is_last else page.token((start + page.size,)),
            coverage=coverage_to_proto(found.coverage),
            total_revenue_minor=found.total_revenue_minor,
            total_receipts=found.total_receipts,
        )

    def GetHourlyFigures(
        self, request: stores.GetHourlyFiguresRequest, context: Any
    ) -> stores.GetHourlyFiguresResponse:
        cells, coverage = figures.hourly(_period(request), region=request.region, store_id=request.store_id)
        return stores.GetHourlyFiguresResponse(
            figures=[
                stores.HourlyFigure(weekday=at // 24 + 1, hour=at % 24, **dict(zip(COUNTERS, counters, strict=True)))
                for at, counters in enumerate(cells)
            ],
            coverage=coverage_to_proto(coverage),
        )

    def GetProductPenetration(
        self, request: stores.GetProductPenetrationRequest, context: Any
    ) -> stores.GetProductPenetrationResponse:
        if not 1 <= len(request.skus) <= figures.MAX_SKUS:
            raise InvalidArgument(message=f"1 to {figures.MAX_SKUS} SKUs are needed", field="skus")
        shares, coverage = figures.penetration(_period(request), request.skus, region=request.region)
        return stores.GetProductPenetrationResponse(
            stores=[
                stores.StorePenetration(
                    store_id=share.store_id,
                    receipts=share.receipts,
                    receipts_with_product=share.with_product,
                    penetration_bp=share.share_bp,
                )
                for share in shares
            ],
            coverage=coverage_to_proto(coverage),
        )

    def ListSkuFigures(self, request: stores.ListSkuFiguresRequest, context: Any) -> stores.ListSkuFiguresResponse:
        page = pages.open_page(request)
        found, coverage = figures.sku_figures(
            _period(request), store_id=request.store_id, after=_text(page.after), limit=page.size + 1
        )
        rows, token = page.cut(found, lambda row: (row["_id"],))
        return stores.ListSkuFiguresResponse(
            figures=[stores.SkuFigure(sku=row["_id"], **{name: row[name] for name in COUNTERS}) for row in rows],
            next_page_token=token,
            coverage=coverage_to_proto(coverage),
        )


def _text(after: Sequence[str | int] | None) -> str:
    return str(after[0]) if after else ""


def _period(request: Any) -> figures.Period:
    for name in ("first_day", "last_day"):
        with field(name):
            day = getattr(request, name)
            days_between(day, day)
    with field("last_day"):
        return days_between(request.first_day, request.last_day)


def _ranked(position: int, store: StoreFigures) -> stores.RankedStore:
    return stores.RankedStore(
        rank=position,
        store_id=store.store_id,
        name=store.name,
        region=store.region,
        revenue_minor=store.revenue_minor,
        receipts=store.receipts,
        units_milli=store.units_milli,
        discount_minor=store.discount_minor,
        average_receipt_minor=store.average_receipt_minor,
    )
