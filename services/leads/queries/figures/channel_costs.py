"""Reading what the channels cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.pages import Page
from services.leads.documents import ChannelCost


def list_channel_costs(page: Page) -> tuple[Sequence[Mapping[str, Any]], str]:
    """One page, the latest month first, and the next page's token. Ids begin with the month."""
    where: dict[str, Any] = {} if page.after is None else {"_id": {"$lt": page.after[0]}}
    rows = list(ChannelCost.collection().find(where, {"outbox": 0}).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))
