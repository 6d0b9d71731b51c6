"""A service with one kind of aggregate, to run as a process: python -m tests.chassis.small_service."""

import mongoengine

from chassis.access import Table
from chassis.documents import Aggregate
from chassis.rpc_server import serve
from chassis.settings import ServiceSettings
from contracts.access import ops
from saleloop.leads.v1.events_pb2 import AccountChanged


class Thing(Aggregate):
    """Something that can have deadlines and an outbox."""

    name: str = mongoengine.StringField()
    meta = {"collection": "things"}  # noqa: RUF012  # mongoengine reads it

    def emit_state(self) -> None:
        """Things look like accounts to those who copy them."""
        self.emit(AccountChanged(account_id=self.id, name=self.name, version=self.version + 1))


if __name__ == "__main__":
    serve("leads", [], ServiceSettings(), Table(ops.RULES))
