"""Tills sell while parts of the ingestion die, go away or run full; each test ends with the simulator's checker.

What one test leaves is what the next one sells on: the checker always compares everything since the beginning.
"""

import asyncio
import random
import signal
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.child import Child
from posclient.simple import PATH, http_batch
from saleloop.pos.v1 import pos_service_pb2 as pos
from tests.resilience import poison
from tests.resilience.chaos import away, seconds_until
from tests.resilience.conftest import Report
from tests.resilience.random_kills import another_ingest, kill_at_random, victims
from tests.resilience.scale import Scale, is_long
from tests.resilience.selling import SellingChain
from tests.resilience.small_disk import SmallDisk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if is_long() else 300)]

_EDGE_MIB = 512
_ABORTS_WITHIN_S = 30.0
_FILLER = "filler"


@pytest.fixture
def second_ingest(chain: SellingChain) -> Iterator[Child]:
    """Another consumer beside the platform's own."""
    child = another_ingest(chain.platform)
    child.start()
    yield child
    child.stop(10)


def test_kills_at_random_moments_lose_nothing_and_double_nothing(
    chain: SellingChain, second_ingest: Child, numbers: Scale, report: Report
) -> None:
    chance = random.Random(numbers.seed)
    with chain.selling():
        began = time.monotonic()
        killed = kill_at_random(victims(chain.platform, second_ingest), numbers.kills, chance, report.say)
        chain.platform.wait_ready()
    verdict = chain.settled()
    report.keep(
        "kills",
        killed=dict(killed),
        seconds=round(time.monotonic() - began, 1),
        receipts=chain.ledger.accepted,
        lost=verdict.lost,
        double=verdict.double,
    )
    assert verdict.is_equal, verdict
    assert killed.total() == numbers.kills
    assert poison.parked(chain.platform) == 0, "nothing is given up because of a kill"


def test_a_broker_that_is_away_is_told_clearly_and_waited_for_by_the_tills(
    chain: SellingChain, numbers: Scale, report: Report
) -> None:
    servers = chain.platform.servers
    assert servers.rabbit is not None
    tick_s = 2.0  # what is always on its way, in time

    def is_drained() -> bool:
        return chain.waiting() < rate * tick_s

    def is_counted() -> bool:
        return chain.counted() > chain.ledger.accepted - rate * tick_s

    rate = numbers.broker_away_rate
    with chain.selling(rate):
        time.sleep(2)
        with away(servers.rabbit.child, servers.wait_for_rabbit) as outage:
            time.sleep(numbers.broker_away_s / 2)
            answers = chain.ask(_answers_to_simple_tills(chain))
            time.sleep(max(0.0, outage.gone + numbers.broker_away_s - time.monotonic()))
            kept, connected, refused = chain.waiting(), chain.connected(), chain.refusals()
            edge_mib = _edge_mib(chain)
        drained_s = seconds_until(is_drained, outage.back, patience_s=numbers.patience_s)
        counted_s = seconds_until(is_counted, outage.back, patience_s=numbers.patience_s)
    verdict = chain.settled()
    report.keep(
        "broker away",
        seconds=numbers.broker_away_s,
        rate=rate,
        kept_by_tills=kept,
        refused_batches=dict(refused),
        edge_mib=edge_mib,
        drained_s=round(drained_s, 1),
        counted_s=round(counted_s, 1),
        lost=verdict.lost,
        double=verdict.double,
    )
    assert verdict.is_equal, verdict
    assert {answer[:2] for answer in answers} == {(503, "BROKER_BUSY")}
    assert min(seconds for _, _, seconds in answers) < 1, "with its bound reached the edge refuses at once"
    assert refused["BUSY"], "tills on streams are told too"
    assert kept > numbers.broker_away_s * rate / 2, "tills keep what the edge does not take"
    assert connected > len(chain.tills) / 2, "streams stay open; some tills are offline by themselves"
    assert edge_mib < _EDGE_MIB


async def _answers_to_simple_tills(chain: SellingChain) -> list[tuple[int, str, float]]:
    """Status, reason and seconds of ten tries at once over HTTP, together three times what the edge may keep.

    Their receipt stands in no ledger, so that each must be refused.
    """
    receipt = pos.Receipt(number=2**40, coupon_codes=["x" * (chain.scale.edge_bytes // 3)])

    async def one(http: httpx.AsyncClient) -> tuple[int, str, float]:
        headers, body = http_batch(chain.identities[chain.names[0]], 1, [receipt])
        began = time.monotonic()
        answer = await http.post(PATH, headers=headers, content=body)
        return answer.status_code, str(answer.json().get("reason", "")), time.monotonic() - began

    async with httpx.AsyncClient(base_url=chain.platform.pos_http_url, timeout=20) as http:
        return await asyncio.gather(*(one(http) for _ in range(10)))


def _edge_mib(chain: SellingChain) -> int:
    pid = chain.platform.processes["gateway-pos"].pid
    return int(psutil.Process(pid).memory_info().rss / 2**20)


def test_receipts_are_acknowledged_while_the_database_is_away(
    chain: SellingChain, numbers: Scale, report: Report
) -> None:
    servers = chain.platform.servers
    assert servers.mongo is not None

    def is_counted() -> bool:
        return chain.counted() > chain.ledger.accepted - 2 * numbers.rate

    with chain.selling():
        time.sleep(2)
        with away(servers.mongo.child, servers.wait_for_mongo) as outage:
            before = chain.sold() - chain.waiting()
            time.sleep(numbers.database_away_s)
            waiting = chain.waiting()
            acknowledged = chain.sold() - waiting - before
        counted_s = seconds_until(is_counted, outage.back, patience_s=numbers.patience_s)
    verdict = chain.settled()
    report.keep(
        "database away",
        seconds=numbers.database_away_s,
        acknowledged_meanwhile=acknowledged,
        waiting_in_the_end=waiting,
        counted_s=round(counted_s, 1),
        lost=verdict.lost,
        double=verdict.double,
    )
    assert verdict.is_equal, verdict
    assert acknowledged > numbers.rate * numbers.database_away_s / 2


def test_a_full_disk_delays_and_loses_nothing(
    chain: SellingChain, small_disk: SmallDisk, numbers: Scale, report: Report
) -> None:
    if small_disk.why_not:
        pytest.skip(small_disk.why_not)
    servers = chain.platform.servers
    assert servers.mongo is not None
    child = servers.mongo.child
    with chain.selling():
        time.sleep(1)
        small_disk.fill(left_mib=1)
        ended = _fills_until_it_ends(child, servers.mongo_url())
        for _ in range(round(numbers.disk_full_s)):
            child.start()  # as whoever runs it would, in vain
            time.sleep(1)
        small_disk.free()
        if ended:
            child.kill(signal.SIGKILL)  # the last try may have begun without space
        child.start()
        servers.wait_for_mongo()
        with MongoClient[dict[str, object]](servers.mongo_url()) as client:
            client.drop_database(_FILLER)
    verdict = chain.settled()
    report.keep("disk full", mongod_ended=ended, lost=verdict.lost, double=verdict.double)
    assert verdict.is_equal, verdict
    assert ended, "the disk was not full"


def _fills_until_it_ends(child: Child, url: str) -> bool:
    """Whether mongod gives up when somebody fills what is left, also the holes in its files.

    Asked to write all its data now, since by itself it does so once a minute.
    """
    give_up_at = time.monotonic() + _ABORTS_WITHIN_S
    with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=500, socketTimeoutMS=5_000) as client:
        while child.is_running and time.monotonic() < give_up_at:
            try:
                client[_FILLER]["blobs"].insert_many({"blob": random.randbytes(2**20)} for _ in range(8))
                client.admin.command("fsync")
            except PyMongoError:
                time.sleep(0.2)
    return not child.is_running
