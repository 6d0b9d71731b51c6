"""Business time of all services: read it, and outside production move it from deadline to deadline.

A step goes no further than the next due deadline of any service and waits until everything it caused is done, so
that cascades (a deadline that plans another) are computed from the right moment.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from chassis import logs
from chassis.clocks import clock, real_clock
from chassis.errors import Aborted, FailedPrecondition, InvalidArgument
from chassis.operations import OperationsServicer
from chassis.principal import Principal
from gateway.config import GatewaySettings
from gateway.http.endpoint import OwnHandler
from gateway.http.inflight import inflight_messages
from gateway.http.upstream import Upstream
from gateway.times import time_from, time_to_proto
from saleloop.gateway.v1 import gateway_service_pb2 as pb
from saleloop.ops.v1 import operations_service_pb2 as ops
from saleloop.ops.v1 import operations_service_pb2_grpc as ops_grpc

_GATEWAY = Principal("gateway", frozenset({"gateway"}))
_SETTLED_POLLS, _POLL_SECONDS = 3, 0.05
_SETTLE_LIMIT_SECONDS = 25.0
_CALL_SECONDS = 5.0

log = logs.get_logger(__name__)


class ClockOperations:
    """GetClock and StepClock."""

    def __init__(self, upstream: Upstream, settings: GatewaySettings) -> None:
        self._upstream, self._settings = upstream, settings
        self._stubs: dict[str, Any] = {
            service: ops_grpc.OperationsServiceStub(cast(Any, channel))  # a channel by its shape
            for service, channel in upstream.channels.items()
        }
        self._own = OperationsServicer(lambda: 0)  # no handler of the gateway's own takes events
        self._stepping = asyncio.Lock()

    def handlers(self) -> Mapping[str, OwnHandler]:
        """By name of the operation."""
        return {"gateway.GetClock": self.get_clock, "gateway.StepClock": self.step_clock}

    async def get_clock(self, request: pb.GetClockRequest, by: Principal) -> pb.GetClockResponse:
        """Business time, and the earliest planned deadline."""
        backlogs = await self._backlogs()
        next_due = _next_due(backlogs)
        answer = pb.GetClockResponse(business_time=time_to_proto(_business_time(backlogs)))
        if next_due is not None:
            answer.next_due_time.FromDatetime(next_due)
        return answer

    async def step_clock(self, request: pb.StepClockRequest, by: Principal) -> pb.StepClockResponse:
        """Move to the next due deadline, at most to `until`. Raises CLOCK_FIXED, CLOCK_NOT_SETTLED."""
        if self._settings.in_production:
            raise FailedPrecondition("CLOCK_FIXED", "the business clock of a production system cannot be moved")
        if not request.HasField("until"):
            raise InvalidArgument("INVALID_ARGUMENT", "says how far to go", field="until")
        until = time_from(request.until)
        async with self._stepping:
            backlogs = await self._settled()
            now = _business_time(backlogs)
            if now < until:
                await self._move_to(next_stop(now, _next_due(backlogs), until))
                backlogs = await self._settled()
        reached_time = _business_time(backlogs)
        return pb.StepClockResponse(business_time=time_to_proto(reached_time), reached=reached_time >= until)

    async def _move_to(self, target: datetime) -> None:
        offset_ms = -(-(target - real_clock.now()) // timedelta(milliseconds=1))
        log.info("business clock moves", to=target.isoformat())
        moves = [
            stub.SetBusinessClock(
                ops.SetBusinessClockRequest(offset_ms=offset_ms),
                timeout=_CALL_SECONDS,
                metadata=self._upstream.metadata(_GATEWAY, service),
            )
            for service, stub in self._stubs.items()
        ]
        await asyncio.gather(asyncio.to_thread(clock.set_offset, offset_ms), *moves)

    async def _backlogs(self) -> Sequence[ops.GetBacklogResponse]:
        calls = [
            stub.GetBacklog(
                ops.GetBacklogRequest(),
                timeout=_CALL_SECONDS,
                metadata=self._upstream.metadata(_GATEWAY, service),
            )
            for service, stub in self._stubs.items()
        ]
        own = asyncio.to_thread(self._own.GetBacklog, ops.GetBacklogRequest(), None)
        backlogs: list[ops.GetBacklogResponse] = await asyncio.gather(own, *calls)
        return backlogs

    async def _settled(self) -> Sequence[ops.GetBacklogResponse]:
        """The backlogs once nothing is under way anywhere, several looks in a row. Raises Aborted after 25 s."""
        give_up = real_clock.monotonic() + _SETTLE_LIMIT_SECONDS
        quiet = 0
        while True:
            backlogs = await self._backlogs()
            # After the backlogs: a message leaves its queue before it counts as in flight.
            busy = sum(each.outbox_entries + each.due_deadlines + each.queued_messages for each in backlogs)
            busy += await asyncio.to_thread(inflight_messages, self._settings.targets_file)
            quiet = 0 if busy else quiet + 1
            if quiet >= _SETTLED_POLLS:
                return backlogs
            if real_clock.monotonic() > give_up:
                raise Aborted("CLOCK_NOT_SETTLED", f"{busy} messages or deadlines are still under way; step again")
            await asyncio.sleep(_POLL_SECONDS)


def next_stop(now: datetime, next_due: datetime | None, until: datetime) -> datetime:
    """Where a step ends: at the next deadline, rounded up to the full minute, and never past `until`."""
    if next_due is None:
        return until
    stop = max(next_due, now)
    rest = timedelta(seconds=stop.second, microseconds=stop.microsecond)
    return min(until, stop if not rest else stop + timedelta(minutes=1) - rest)


def _business_time(backlogs: Sequence[ops.GetBacklogResponse]) -> datetime:
    return min(time_from(each.business_time) for each in backlogs)


def _next_due(backlogs: Sequence[ops.GetBacklogResponse]) -> datetime | None:
    return min((time_from(each.next_due_time) for each in backlogs if each.HasField("next_due_time")), default=None)
