"""What every answer says of itself."""

from dataclasses import replace
from datetime import datetime

from chassis.clocks import real_clock
from services.stores.domain import truth
from services.stores.domain.business_day import final_time
from services.stores.domain.periods import Period
from services.stores.domain.truth import Truth
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.coverage import coverage_of
from services.stores.queries.view import StoreRow, View


def truth_of(view: View, period: Period, ledger: Ledger) -> Truth:
    """Coverage, freshness and finality of figures of these stores in this period; nothing of other stores."""
    now = real_clock.now()
    coverage = coverage_of(view.ids, ledger)
    corrections, count = truth.latest(day_documents.corrections(ledger, period, view))
    stores = {store.id: store for store in view.stores} if corrections else {}
    return Truth(
        terminals_heard=coverage.terminals_heard,
        terminals_enrolled=coverage.terminals_enrolled,
        freshness_time=coverage.freshness_time,
        watermark_time=truth.watermark(now),
        is_final=truth.is_final(period[1], view.clocks, now),
        corrections=tuple(
            replace(each, final_time=final_of(stores[each.store_id], each.business_day)) for each in corrections
        ),
        correction_count=count,
        complete_time=coverage.complete_time,
    )


def final_of(store: StoreRow, day: str) -> datetime:
    """When this store's day is final."""
    return final_time(day, store.time_zone, store.closing_hour)
