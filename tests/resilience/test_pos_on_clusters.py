"""On clusters of three nodes: one of each is killed, and strangers send what must not be believed.

Each test ends with the simulator's checker, which compares everything that was sold since the beginning.
"""

import random
import signal
import time
from collections.abc import Iterator

import pytest

from devstack import leftovers
from devstack.supervisor import Platform
from possim import chain as sim
from tests.resilience import poison
from tests.resilience.chaos import seconds_until
from tests.resilience.clusters import Clusters
from tests.resilience.conftest import Report
from tests.resilience.scale import Scale, is_long
from tests.resilience.selling import PARTS, SellingChain
from tests.resilience.strangers import Device, OtherTill, altered, say, signed, tally
from tests.stack import environ_for_tests

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if is_long() else 300)]


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clusters]:
    """Three nodes of each server, for this file alone."""
    made = Clusters(tmp_path_factory.mktemp("clusters") / "nodes", environ_for_tests())
    try:
        made.start()
        yield made
    finally:
        made.stop()
        leftovers.end(made.run_dir, grace=2)


@pytest.fixture(scope="module")
def chain(
    clusters: Clusters, numbers: Scale, report: Report, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SellingChain]:
    """Tills on a platform that uses the clusters."""
    run_dir = tmp_path_factory.mktemp("on-clusters")
    report.say("both clusters have three nodes")
    platform = Platform(run_dir, only=PARTS, environ=environ_for_tests() | clusters.environ)
    try:
        platform.start()
        selling = SellingChain(platform, numbers)
        selling.open()
        report.say(f"{len(selling.tills)} tills are connected")
        yield selling
        selling.close()
    finally:
        platform.stop(grace=10)
        leftovers.end(platform.servers.run_dir, grace=2)


def test_a_node_of_each_cluster_may_die(
    chain: SellingChain, clusters: Clusters, numbers: Scale, report: Report
) -> None:
    chance = random.Random(numbers.seed)
    with chain.selling():
        for kill in range(numbers.cluster_kills):
            time.sleep(chance.uniform(1, 3))
            hit = [chance.choice(clusters.rabbits).child, clusters.primary()]
            for node in hit:
                node.kill(signal.SIGKILL)
            time.sleep(chance.uniform(3, 6))  # the others go on without them
            counted = chain.counted()
            seconds_until(lambda: chain.counted() > counted, time.monotonic(), patience_s=numbers.patience_s)  # noqa: B023 - called at once
            for node in hit:
                node.start()
            clusters.wait_whole()
            report.say(f"{kill + 1} nodes of each were killed and are back")
    verdict = chain.settled()
    report.keep(
        "clusters",
        killed_of_each=numbers.cluster_kills,
        receipts=chain.ledger.accepted,
        lost=verdict.lost,
        double=verdict.double,
    )
    assert verdict.is_equal, verdict


def test_what_nobody_can_read_is_parked_and_what_was_early_is_counted_after_a_replay(
    chain: SellingChain, report: Report
) -> None:
    platform, store = chain.platform, "FAULT-LATER"
    early = OtherTill(chain, "till-1", 11, store=store)
    receipts = early.receipts(1, 30)
    with chain.selling():
        junk = (b"\xff\x00junk", b"", poison.vouched(store, "", receipts))
        poison.publish(platform, chain.names[0][0], *junk)
        poison.publish(platform, store, poison.vouched(*early.name, receipts))
        seconds_until(lambda: poison.parked(platform) == 4, time.monotonic(), patience_s=30)
        sim.put_stores(chain.director, [early.name])
        early.enrol()
        early.must_count(receipts)
        assert "4 replayed" in poison.replay(platform)
        seconds_until(lambda: early.seen() == [[1, 30]], time.monotonic(), patience_s=30)
        seconds_until(lambda: poison.parked(platform) == 3, time.monotonic(), patience_s=30)
    verdict = chain.settled()
    report.keep("poison", parked=3, lost=verdict.lost, double=verdict.double)
    assert verdict.is_equal, verdict


def test_recorded_and_altered_batches_are_refused_every_one(
    chain: SellingChain, numbers: Scale, report: Report
) -> None:
    till, chance = OtherTill(chain, "forged", 21), random.Random(numbers.seed)
    me, address = till.enrol(), chain.platform.pos_address
    good, recorded = till.receipts(1, 10), list[bytes]()

    def honest(challenge: bytes) -> list[bytes]:
        recorded.append(signed(me, challenge, 1, good))
        return recorded

    def forged(challenge: bytes) -> list[bytes]:
        mine = signed(me, challenge, 2, good)  # the till itself may repeat, since it signs anew
        never_sent = [signed(me, challenge, number, till.receipts(11, 13)) for number in range(3, 13)]
        forgeries = [altered(chance.choice(never_sent), chance) for _ in range(numbers.forgeries)]
        return [mine, *forgeries, *[mine] * numbers.forgeries, *recorded * numbers.forgeries]

    with chain.selling():
        first = tally(chain.ask(say(address, me, honest)))
        second = tally(chain.ask(say(address, me, forged)))
    till.must_count(good)
    verdict = chain.settled()
    report.keep("forgeries", **second, lost=verdict.lost, double=verdict.double)
    assert verdict.is_equal, verdict
    assert first == {"ACKNOWLEDGED": 1}
    assert second["ACKNOWLEDGED"] == 1, "the till's own repetition, and nothing else"
    assert second.total() == 1 + 3 * numbers.forgeries
    assert till.seen() == [[1, 10]]


def test_a_copied_till_is_contradicted_and_the_first_stays(chain: SellingChain, report: Report) -> None:
    till = OtherTill(chain, "copied", 31)
    identity = till.enrol()
    original, copy = Device(till, identity), Device(till, identity)
    receipts, others = till.receipts(1, 60), till.receipts(1, 40)
    with chain.selling():
        original.sell(receipts[:40])
        original.drain()
        seconds_until(lambda: till.seen() == [[1, 40]], time.monotonic(), patience_s=30)
        copy.sell(others)
        original.sell(receipts[40:])
        for device in (original, copy):
            device.drain()
            device.unplug()
    till.must_count(receipts)
    chain.ledger.contradicting(*till.name, len(others))
    verdict = chain.settled()
    report.keep("copied till", conflicts=len(others), lost=verdict.lost, double=verdict.double)
    assert verdict.is_equal, verdict


def test_a_replaced_till_is_let_in_under_the_same_name_and_the_old_one_is_not(
    chain: SellingChain, report: Report
) -> None:
    till = OtherTill(chain, "replaced", 41)
    old = Device(till, till.enrol())
    before, too_late, after = till.receipts(1, 30), till.receipts(31, 40), till.receipts(1, 25)
    with chain.selling():
        old.sell(before)
        old.drain()
        new = Device(till, till.enrol())
        seconds_until(lambda: not old.client.is_connected, time.monotonic(), patience_s=5)
        old.sell(too_late)
        new.sell(after)
        new.drain()
        kept = old.waiting()
        for device in (old, new):
            device.unplug()
    till.must_count(before)
    till.must_count(after)
    verdict = chain.settled()
    report.keep("replaced till", kept_by_the_old_one=kept, lost=verdict.lost, double=verdict.double)
    assert verdict.is_equal, verdict
    assert kept == len(too_late)
    assert till.seen() == [[1, 25]]


def test_a_stolen_till_is_shut_out_within_five_seconds_of_its_revocation(chain: SellingChain, report: Report) -> None:
    till = OtherTill(chain, "stolen", 51)
    thief = Device(till, till.enrol())
    receipts = till.receipts(1, 2_000)
    store, terminal = till.name
    with chain.selling():
        thief.sell(receipts[:50])
        thief.drain()
        thief.sell(receipts[50:])
        began = time.monotonic()
        chain.director.post(f"/v1/stores/{store}/terminals/{terminal}:revoke", {"why": "stolen from the shop"})
        out_s = seconds_until(lambda: not thief.client.is_connected, began, patience_s=30)
        acknowledged = len(receipts) - thief.waiting()
        time.sleep(3)
        assert len(receipts) - thief.waiting() == acknowledged, "nothing is taken any more"
        thief.unplug()
    seconds_until(lambda: till.seen()[-1:] >= [[1, acknowledged]], time.monotonic(), patience_s=30)
    # What was on its way when the door was shut may be counted without having been acknowledged.
    ((first, last),) = till.seen()
    till.must_count(receipts[:last])
    verdict = chain.settled()
    report.keep("stolen till", out_s=round(out_s, 2), taken=acknowledged, lost=verdict.lost, double=verdict.double)
    assert verdict.is_equal, verdict
    assert first == 1
    assert out_s < 5


def test_the_figures_are_those_of_a_rebuild(chain: SellingChain) -> None:
    assert poison.rebuild(chain.platform).endswith("rebuilt: 0 documents in 0 stores differed\n")
