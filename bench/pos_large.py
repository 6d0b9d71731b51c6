"""`python -m bench.pos_large`: do answers take longer with ten times the receipts? One JSON line last.

Two chains of equally many stores, each a region of its own, sell over the same four weeks: a small one (1 M receipts)
and a large one (10 M). The same questions are asked about both in turn; `growth` is the ratio of the medians. The
receipts do not come through the door for tills: they are put, unsigned, into the queues behind it, so that ingestion
counts them as any others. What comes back as counted is held against what was put there.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bench.load import Client
from bench.pos_chain import logins, platform, say
from bench.pos_queries import DAYS, interleaved, median_ms
from bench.pos_tills import BATCH, Ware, wares
from chassis.ids import new_id
from chassis.listener import Listener
from chassis.publishing import Outcome, Outgoing, Publisher
from chassis.topology import OUTCOMES_EXCHANGE, POS_EXCHANGE
from contracts.topology import TOPOLOGY
from demo.api import Session
from devstack.supervisor import Platform
from posclient.signing import varint
from possim import chain
from possim.goods import midnight
from possim.ledger import Name
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos

_SMALL, _LARGE = "Small", "Large"
_UNDERWAY = 60_000  # receipts in the queues while they are filled
_PATIENCE_S = 120.0
_SETTLED_S = 65.0  # so long a day's figures are not remembered after its last receipt
_RECEIPTS_TAG = b"\x2a"
_WARES_A_DAY = 2_000


class Filling:
    """Puts batches into the queues, and hears which were counted."""

    def __init__(self, running: Platform) -> None:
        url = running.servers.amqp_url("gateway")
        self._edge_id = new_id()
        self._publisher = Publisher(url, "bench-fill")
        bindings = [(OUTCOMES_EXCHANGE, self._edge_id)]
        self._listener = Listener(url, "bench-hears", "gateway.bench", bindings, self._hear, on_ready=lambda: None)
        self._news = threading.Condition()
        self.sent = self.sales = self.counted = self.told = self.unconfirmed = 0

    def start(self) -> None:
        """Connect. Raises RuntimeError without a broker."""
        self._publisher.start()
        self._listener.start()
        if not (self._publisher.wait_connected(10) and self._listener.wait_connected(10)):
            raise RuntimeError("the broker does not answer")

    def stop(self) -> None:
        """Disconnect."""
        self._publisher.stop()
        self._listener.stop()

    def put(self, name: Name, first: int, goods: Sequence[Ware], receive_time: datetime) -> None:
        """A batch with numbers from `first` on; waits while too many are under way. Raises TimeoutError."""
        bodies = [b"\x08" + varint(first + place) + ware.tail for place, ware in enumerate(goods)]
        content = b"".join([_RECEIPTS_TAG + varint(len(body)) + body for body in bodies])
        batch = ingest.AuthenticatedBatch(
            store_id=name[0], terminal_id=name[1], epoch=1, content=content, edge_id=self._edge_id
        )
        batch.receive_time.FromDatetime(receive_time)
        self._wait_until_at_most(_UNDERWAY)
        self.sent += len(goods)
        self.sales += sum([ware.receipt.kind == pos.RECEIPT_KIND_SALE for ware in goods])
        body = batch.SerializeToString()
        partition = f"{zlib.crc32(name[0].encode()) % TOPOLOGY.pos_partitions:02d}"
        message = Outgoing(POS_EXCHANGE, partition, body, new_id(), {}, "application/x-protobuf")
        self._publisher.publish(message, self._settled)

    def finish(self) -> None:
        """Return when everything is counted. Raises TimeoutError."""
        self._wait_until_at_most(0)

    def _wait_until_at_most(self, receipts: int) -> None:
        give_up_at, before = time.monotonic() + _PATIENCE_S, self.told
        with self._news:
            while self.sent - self.told > receipts:
                self._news.wait(1)
                if self.told != before:
                    give_up_at, before = time.monotonic() + _PATIENCE_S, self.told
                if time.monotonic() > give_up_at:
                    raise TimeoutError(f"{self.told} of {self.sent} receipts were counted")

    def _settled(self, outcome: Outcome) -> None:
        self.unconfirmed += outcome is not Outcome.CONFIRMED

    def _hear(self, _key: str, _content_type: str, body: bytes) -> None:
        with self._news:
            for batch in ingest.OutcomesOfBatches.FromString(body).batches:
                accepted = sum([span.last - span.first + 1 for span in batch.accepted])
                others = sum([span.last - span.first + 1 for span in batch.duplicates])
                flagged = sum(not each.reason for each in batch.outcomes)
                self.counted += accepted + flagged
                self.told += accepted + others + len(batch.outcomes)
            self._news.notify_all()


def main() -> int:
    """Measure, print, and fail when a receipt is lost or counts twice."""
    parser = argparse.ArgumentParser(prog="bench.pos_large", description=__doc__)
    parser.add_argument("--small", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000)
    parser.add_argument("--stores", type=int, default=500, help="of each chain, with two tills each")
    parser.add_argument("--skus", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=100, help="of questions about both chains")
    options = parser.parse_args()
    with platform() as running:
        figures = _measure(running, options)
    print(json.dumps(figures), flush=True)
    return 1 if figures["lost"] or figures["double"] else 0


def _measure(running: Platform, options: argparse.Namespace) -> dict[str, object]:
    director, marketing = asyncio.run(logins(running))
    chain.put_goods(marketing, options.skus)
    filling = Filling(running)
    filling.start()
    seconds = 0.0
    for region, receipts in ((_SMALL, options.small), (_LARGE, options.large)):
        names = chain.names(options.stores, 2, prefix=region.upper())
        chain.put_stores(director, names, region)
        asyncio.run(chain.enrol(director, names, lambda _count: None))
        begin = time.monotonic()
        for name, first, goods, receive_time in _batches(names, receipts, options.skus):
            filling.put(name, first, goods, receive_time)
            if filling.sent % 500_000 < BATCH:
                say(f"{region}: {filling.sent:,} in all, {filling.told / (time.monotonic() - begin):,.0f}/s")
        filling.finish()
        seconds = time.monotonic() - begin
    say("asking ...")
    time.sleep(_SETTLED_S)
    for region in (_SMALL, _LARGE):  # today goes on: its figures are read anew for each answer
        filling.put((f"{region.upper()}00000", "till-3"), 1, wares(options.skus, 1, 1, BATCH), datetime.now(UTC))
    filling.finish()
    filling.stop()
    director, _ = asyncio.run(logins(running))  # filling takes longer than an access token lives
    client = Client(running.http_url, director.access_token)
    interleaved(client, (_SMALL, _LARGE), 2)  # the first ones remember the days
    found = interleaved(client, (_SMALL, _LARGE), options.rounds)
    ranked = sum(_sales(director, region) for region in (_SMALL, _LARGE))
    say(f"{filling.sent:,} sent, {filling.counted:,} counted, {filling.unconfirmed:,} not confirmed;")
    say(f"{filling.sales:,} sales, {ranked:,} in the rankings")
    return {
        "small_receipts": options.small,
        "large_receipts": options.large,
        "filled_per_s": round(options.large / seconds),
        "small_query_p50_ms": median_ms(found[_SMALL]),
        "large_query_p50_ms": median_ms(found[_LARGE]),
        "growth": round(median_ms(found[_LARGE]) / median_ms(found[_SMALL]), 2),
        "small_query_p99_ms": found[_SMALL].percentile_ms(99),
        "query_p99_ms": found[_LARGE].percentile_ms(99),
        "lost": max(0, filling.sent - filling.counted, filling.sales - ranked),
        "double": max(0, filling.counted - filling.sent, ranked - filling.sales),
    }


def _batches(names: Sequence[Name], receipts: int, skus: int) -> Iterator[tuple[Name, int, list[Ware], datetime]]:
    """So many receipts over the last four weeks, day by day; each arrives on its own day."""
    numbers = dict.fromkeys(names, 1)
    left = receipts
    for day in range(DAYS):
        goods = wares(skus, days_ago=DAYS - day, days=1, count=_WARES_A_DAY)
        receive_time = midnight(DAYS - day, datetime.now(UTC)) + timedelta(hours=23, minutes=59)
        of_day = left // (DAYS - day)
        left -= of_day
        size = min(BATCH, max(1, of_day // len(names)))  # every till sells every day, as far as it goes
        place = turn = 0
        while of_day:
            name = names[turn % len(names)]
            taken = [goods[(place + step) % len(goods)] for step in range(min(size, of_day))]
            yield name, numbers[name], taken, receive_time
            numbers[name] += len(taken)
            of_day -= len(taken)
            place, turn = place + len(taken), turn + 1


def _sales(director: Session, region: str) -> int:
    """A ranking's receipts; a return is none."""
    days = {"first_day": "2000-01-01", "last_day": "2099-12-31"}
    rows = director.get_all("/v1/figures/ranking", "stores", page_size=1_000, region=region, **days)
    return sum(int(row.get("receipts", 0)) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
