"""Reactions to other services' events; imports no grpc."""

from chassis.consumer import EventContext, handles
from saleloop.quotes.v1.events_pb2 import ProductChanged
from services.stores.commands.put_master_data import copy_product


class StoresWorker:
    """Keeps the copy of the catalogue."""

    name = "stores"

    @handles(ProductChanged)
    def copy_product(self, event: ProductChanged, context: EventContext) -> None:
        """A later version wins, whatever the order of arrival."""
        copy_product(event.sku, {"name": event.name, "category": event.category}, event.version)
