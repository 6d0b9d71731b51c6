"""A service with one kind of aggregate, to run as a process: python -m tests.chassis.small_service."""

import mongoengine

from chassis.access import Table
from chassis.documents import Aggregate
from chassis.rpc_server import serve
from chassis.settings import ServiceSettings
from contracts.access import ops


class Thing(Aggregate):
    """Something that can have deadlines and an outbox."""

    name: str = mongoengine.StringField()
    meta = {"collection": "things"}  # noqa: RUF012  # mongoengine reads it


if __name__ == "__main__":
    serve("leads", [], ServiceSettings(), Table(ops.RULES))
