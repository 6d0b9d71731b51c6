"""The OperationsService that every rpc process has: what is unfinished, the business clock, republishing."""

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from chassis import database
from chassis.clocks import clock
from chassis.errors import InvalidArgument, is_version_conflict
from saleloop.ops.v1 import operations_service_pb2 as ops
from saleloop.ops.v1 import operations_service_pb2_grpc as ops_grpc

QueueDepth = Callable[[], int]


class OperationsServicer(ops_grpc.OperationsServiceServicer):
    """`queued` tells how many messages wait in the service's queues.

    An aggregate whose state others copy has a method `emit_state()` that emits its current state as an event.
    """

    def __init__(self, queued: QueueDepth) -> None:
        self._queued = queued

    def GetBacklog(self, request: ops.GetBacklogRequest, context: Any) -> ops.GetBacklogResponse:
        # The order matters: an event leaves the outbox only when it is in a queue, so that looking at the outboxes
        # first never misses one that moves on meanwhile.
        business_time = clock.now()
        outbox_entries = sum(map(_outbox_entries, _collections()))
        due = [{"deadlines.due_time": {"$lte": business_time}}, {"deadlines.due_time": 1}]
        due_deadlines = sum(len(list(each.find(*due))) for each in _collections())
        next_due = [moment for moment in map(_next_due_time, _collections()) if moment is not None]
        return ops.GetBacklogResponse(
            outbox_entries=outbox_entries,
            due_deadlines=due_deadlines,
            next_due_time=_timestamp(min(next_due)) if next_due else None,
            business_time=_timestamp(business_time),
            queued_messages=self._queued(),
        )

    def SetBusinessClock(self, request: ops.SetBusinessClockRequest, context: Any) -> ops.SetBusinessClockResponse:
        return ops.SetBusinessClockResponse(business_time=_timestamp(clock.set_offset(request.offset_ms)))

    def RepublishState(self, request: ops.RepublishStateRequest, context: Any) -> ops.RepublishStateResponse:
        known = {each.collection_name(): each for each in database.aggregates() if hasattr(each, "emit_state")}
        wanted = list(request.collections) or list(known)
        if unknown := [name for name in wanted if name not in known]:
            raise InvalidArgument("COLLECTION_UNKNOWN", f"nobody copies {', '.join(unknown)}", field="collections")
        return ops.RepublishStateResponse(republished=sum(_republish(known[name]) for name in wanted))


def _collections() -> Iterator[Any]:
    for aggregate in database.aggregates():
        yield aggregate.collection()


def _outbox_entries(collection: Any) -> int:
    counted = collection.aggregate([
        {"$match": {"outbox.real_time": {"$exists": True}}},
        {"$group": {"_id": None, "entries": {"$sum": {"$size": "$outbox"}}}},
    ])  # fmt: skip
    return sum(int(group["entries"]) for group in counted)


def _next_due_time(collection: Any) -> Any:
    # The smallest key of the index on an array is the earliest deadline; documents without one sort first, so the
    # filter has to leave them out.
    found = collection.find_one(
        {"deadlines.due_time": {"$exists": True}}, {"deadlines.due_time": 1}, sort=[("deadlines.due_time", 1)]
    )
    return min(each["due_time"] for each in found["deadlines"]) if found and found["deadlines"] else None


def _republish(aggregate: Any) -> int:
    count = 0
    for found in aggregate.collection().find({}, {"_id": 1}):
        document = aggregate.load(found["_id"])
        document.emit_state()
        try:
            document.commit(why="state published again")
        except Exception as error:
            if not is_version_conflict(error):
                raise
            continue  # whoever changed it has published a newer state
        count += 1
    return count


def _timestamp(moment: Any) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
