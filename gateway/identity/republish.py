"""The command that tells the services every person again, to rebuild their copies."""

from chassis import database
from chassis.operations import OperationsServicer
from gateway.config import GatewaySettings
from gateway.identity.documents import Person
from saleloop.ops.v1.operations_service_pb2 import RepublishStateRequest


def republish_people(settings: GatewaySettings) -> None:
    """Write person_changed.v1 of everybody into the outboxes; the relay of the HTTP process publishes them."""
    database.connect(settings, "gateway")
    request = RepublishStateRequest(collections=[Person.collection_name()])
    done = OperationsServicer(lambda: 0).RepublishState(request, None)
    print(f"{done.republished} people are told again")  # noqa: T201 - a command's answer
