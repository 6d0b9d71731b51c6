"""Note what was counted in the drawers of a store."""

from chassis import principal
from chassis.clocks import real_clock
from chassis.errors import InvalidArgument, field
from chassis.ids import derived_id, new_id
from services.stores.cash_documents import CashCount
from services.stores.domain.master_data import allow_text
from services.stores.domain.receipts import MAX_AMOUNT_MINOR
from services.stores.queries.visible_stores import require_visible_store, visible_terminal


def record_counted_cash(
    store_id: str, business_day: str, *, amount_minor: int, terminal_id: str, note: str, request_id: str
) -> None:
    """Keep the count with who and when. The same request id again changes nothing.

    Raises StoreNotFound, TerminalNotFound, InvalidArgument.
    """
    require_visible_store(store_id)
    if terminal_id:
        visible_terminal(store_id, terminal_id)
    if not 0 <= amount_minor <= MAX_AMOUNT_MINOR:
        raise InvalidArgument(message=f"an amount is 0 to {MAX_AMOUNT_MINOR}", field="amount_minor")
    with field("note"):
        allow_text(note)
    count_id = derived_id("cash", store_id, business_day, request_id) if request_id else new_id()
    if CashCount.find(count_id) is not None:
        return
    CashCount(
        id=count_id,
        store_id=store_id,
        business_day=business_day,
        terminal_id=terminal_id,
        amount_minor=amount_minor,
        note=note,
        counted_by=principal.current().principal.subject,
        count_time=real_clock.now(),
    ).commit()
