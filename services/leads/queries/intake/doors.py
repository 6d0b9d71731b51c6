"""Reading forms, sources of webhooks, and what they sent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chassis.pages import Page
from services.leads.documents import IntakeForm, WebhookDelivery, WebhookSource
from services.leads.queries.newest_first import EPOCH, NEWEST_FIRST, Row, older_than, position

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}


def list_intake_forms(page: Page) -> tuple[Sequence[Row], str]:
    """One page of forms by key, and the next page's token."""
    where = {"_id": {"$gt": page.after[0]}} if page.after is not None else {}
    rows = list(IntakeForm.collection().find(where, _LEFT_OUT).sort("_id", 1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def list_webhook_sources(page: Page) -> tuple[Sequence[Row], str]:
    """One page of sources, newest first, and the next page's token."""
    where = older_than(page.after) if page.after is not None else {}
    shown = {**_LEFT_OUT, "sealed_secret": 0}
    rows = list(WebhookSource.collection().find(where, shown).sort(NEWEST_FIRST).limit(page.size + 1))
    return page.cut(rows, position)


def list_webhook_deliveries(source_id: str, page: Page) -> tuple[Sequence[Row], str]:
    """One page of what a source sent, newest first. Raises WebhookSourceNotFound."""
    WebhookSource.load(source_id)
    where: list[dict[str, Any]] = [{"source_id": source_id}]
    if page.after is not None:
        at = EPOCH + timedelta(milliseconds=int(page.after[0]))
        where.append({"$or": [{"receive_time": {"$lt": at}}, {"receive_time": at, "_id": {"$lt": page.after[1]}}]})
    order = [("receive_time", -1), ("_id", -1)]
    rows = list(WebhookDelivery.collection().find({"$and": where}, _LEFT_OUT).sort(order).limit(page.size + 1))
    return page.cut(rows, lambda row: ((row["receive_time"] - EPOCH) // timedelta(milliseconds=1), row["_id"]))
