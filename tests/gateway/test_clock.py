"""Stepping the business clock, against a service that tells what it still has to do."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from chassis.clocks import real_clock
from chassis.errors import FailedPrecondition
from chassis.principal import Principal
from chassis.rpc_server import RpcServer
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from gateway.config import GatewaySettings
from gateway.http.callers import ServiceTokens
from gateway.http.clock import ClockOperations, next_stop
from gateway.http.upstream import Upstream
from gateway.identity.documents import Person
from gateway.times import time_from, time_to_proto
from saleloop.gateway.v1 import gateway_service_pb2 as pb
from saleloop.ops.v1 import operations_service_pb2 as ops
from saleloop.ops.v1.operations_service_pb2_grpc import add_OperationsServiceServicer_to_server
from tests.gateway.running import Gateway

ADMIN = Principal("admin", frozenset({"admin"}))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


class FakeOperations:
    """A service with deadlines; a moved clock handles what is due, two looks later."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self.due: list[datetime] = []
        self.busy_looks = 0
        self.moved_to: list[datetime] = []

    @property
    def now(self) -> datetime:
        return real_clock.now() + self.offset

    def GetBacklog(self, request: Any, context: Any) -> ops.GetBacklogResponse:
        if self.busy_looks:
            self.busy_looks -= 1
            return ops.GetBacklogResponse(business_time=time_to_proto(self.now), outbox_entries=1)
        self.due = [moment for moment in self.due if moment > self.now]
        next_due = time_to_proto(min(self.due)) if self.due else None
        return ops.GetBacklogResponse(business_time=time_to_proto(self.now), next_due_time=next_due)

    def SetBusinessClock(self, request: ops.SetBusinessClockRequest, context: Any) -> ops.SetBusinessClockResponse:
        self.offset = timedelta(milliseconds=request.offset_ms)
        self.moved_to.append(self.now)
        self.busy_looks = 2
        return ops.SetBusinessClockResponse(business_time=time_to_proto(self.now))

    def RepublishState(self, request: Any, context: Any) -> ops.RepublishStateResponse:
        return ops.RepublishStateResponse()


@pytest.fixture
def service() -> Iterator[tuple[FakeOperations, str, str]]:
    """The service, its address and the gateway's private key."""
    private_key = encode_key(Ed25519PrivateKey.generate().private_bytes_raw())
    fake: Any = FakeOperations()
    verifier = AccessTokenVerifier(public_key_of(private_key), "leads")
    server = RpcServer("leads", [(add_OperationsServiceServicer_to_server, fake)], verifier, TABLE)
    port = server.start("127.0.0.1", 0)
    yield fake, f"127.0.0.1:{port}", private_key
    server.stop(0.2)


def step(service: tuple[FakeOperations, str, str], until: datetime, environment: str = "test") -> pb.StepClockResponse:
    _, address, private_key = service

    async def run() -> pb.StepClockResponse:
        tokens = ServiceTokens(AccessTokenIssuer(private_key), real_clock.monotonic)
        upstream = Upstream({"leads": address}, [], tokens)
        settings = GatewaySettings.model_validate({"environment": environment})
        try:
            return await ClockOperations(upstream, settings).step_clock(
                pb.StepClockRequest(until=time_to_proto(until)), ADMIN
            )
        finally:
            await upstream.close()

    return asyncio.run(run())


@given(MOMENTS, MOMENTS, MOMENTS)
def test_a_step_ends_at_a_full_minute_and_never_past_its_end(
    now: datetime, next_due: datetime, until: datetime
) -> None:
    stop = next_stop(now, next_due, until)
    assert stop <= until
    assert stop == until or (stop.second == stop.microsecond == 0 and stop >= next_due and stop >= now)
    assert stop == until or stop - max(now, next_due) < timedelta(minutes=1)
    assert next_stop(now, None, until) == until


def test_steps_go_from_deadline_to_deadline(gateway: Gateway, service: tuple[FakeOperations, str, str]) -> None:
    fake = service[0]
    Person.collection().update_many({}, {"$unset": {"outbox": ""}})  # no relay runs in these tests
    start = real_clock.now().replace(second=0, microsecond=0)
    first, until = start + timedelta(hours=1), start + timedelta(days=1)
    fake.due = [first, start + timedelta(days=2)]
    answer = step(service, until)
    assert not answer.reached
    assert time_from(answer.business_time) - first < timedelta(minutes=1)
    assert fake.busy_looks == 0, "the step waited until everything it caused was done"
    answer = step(service, until)
    assert answer.reached
    assert step(service, until).reached
    assert len(fake.moved_to) == 2, "what is reached needs no move"


def test_production_time_stands(gateway: Gateway, service: tuple[FakeOperations, str, str]) -> None:
    with pytest.raises(FailedPrecondition) as refused:
        step(service, real_clock.now() + timedelta(days=1), environment="production")
    assert refused.value.reason == "CLOCK_FIXED"
    assert service[0].moved_to == []


def test_a_step_needs_an_end(gateway: Gateway) -> None:
    answer = gateway.client.post("/v1/clock:step", json={}, headers=gateway.as_user())
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "until"
