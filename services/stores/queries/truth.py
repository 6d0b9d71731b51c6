"""What every answer says of itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chassis.clocks import real_clock
from services.stores.documents import Terminal, TerminalState
from services.stores.domain import truth
from services.stores.domain.business_day import final_time
from services.stores.domain.periods import Period
from services.stores.domain.truth import Truth
from services.stores.ledger import Doc, Ledger
from services.stores.queries import day_documents
from services.stores.queries.view import StoreRow, View


def truth_of(view: View, period: Period, ledger: Ledger) -> Truth:
    """Coverage, freshness and finality of figures of these stores in this period; nothing of other stores."""
    now = real_clock.now()
    heard = _heard_times(view, ledger)
    corrections, count = truth.latest(day_documents.corrections(ledger, period, view))
    stores = {store.id: store for store in view.stores}
    return Truth(
        terminals_heard=sum(time is not None for time in heard.values()),
        terminals_enrolled=len(heard),
        freshness_time=max((time for time in heard.values() if time is not None), default=None),
        watermark_time=truth.watermark(now),
        is_final=truth.is_final(period[1], view.clocks, now),
        corrections=tuple(
            replace(each, final_time=final_of(stores[each.store_id], each.business_day)) for each in corrections
        ),
        correction_count=count,
    )


def final_of(store: StoreRow, day: str) -> datetime:
    """When this store's day is final."""
    return final_time(day, store.time_zone, store.closing_hour)


def enrolled_filter(view: View) -> Doc:
    """Terminals that count for the coverage."""
    return {"store_id": {"$in": view.ids}, "state": TerminalState.ENROLLED.value}


def _heard_times(view: View, ledger: Ledger) -> Mapping[str, datetime | None]:
    """By progress of the present epoch: when it was last heard, None for never. Opening a stream counts."""
    enrolled = Terminal.collection().find(enrolled_filter(view), {"epoch": 1})
    heard: dict[str, datetime | None] = {f"{found['_id']}/{found['epoch']}": None for found in enrolled}
    for found in ledger.progress.find({"_id": {"$in": list(heard)}}, {"heard_time": 1}):
        heard[found["_id"]] = found["heard_time"]
    return heard
