"""`python -m bench.pos`: POS ingestion on one machine that holds everything; one JSON line last.

What counts are the ratios to `raw_insert_per_s`, pymongo's own speed with the same receipts in the same run, since a
machine's speed drifts. Takes about eight minutes; progress goes to stderr.
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from pymongo import MongoClient

from bench.load import Client, Samples, at_a_steady_rate
from bench.pos_load import Load
from bench.pos_tills import Ware, open_all, wares
from demo.api import Session
from devstack import leftovers
from devstack.supervisor import Platform
from posclient import Identity
from posclient.simple import PATH, http_batch
from possim import chain
from possim.check import compare
from possim.drive import Doors, head_office
from possim.ledger import Ledger, Name
from saleloop.pos.v1 import pos_service_pb2 as pos

_RAW_AT_ONCE, _RAW_RECEIPTS = 1_000, 60_000
_HTTP_RATE, _HTTP_CLIENTS = 100.0, 16
_QUERY_RATE = 20.0
_QUERIES = ("storeRanking?page_size=50&", "weekHours?", "storeDays?page_size=50&")
_QUERY_DAYS = 28


def main() -> int:
    """Measure, print, and fail when a receipt is lost or counts twice."""
    parser = argparse.ArgumentParser(prog="bench.pos", description=__doc__)
    parser.add_argument("--stores", type=int, default=500)
    parser.add_argument("--terminals", type=int, default=2)
    parser.add_argument("--skus", type=int, default=20_000)
    parser.add_argument("--burst", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=120.0, help="of the sustained load; the others take a quarter")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="saleloop-bench-pos-") as folder:
        running = Platform(Path(folder), environ={**os.environ, "SALELOOP_RUN_DIR": folder})
        try:
            running.start()
            figures = asyncio.run(_measure(running, options))
            running.stop()
        finally:
            leftovers.end(Path(folder), grace=5)
    print(json.dumps(figures), flush=True)
    return 1 if figures["lost"] or figures["double"] else 0


async def _measure(running: Platform, options: argparse.Namespace) -> dict[str, object]:
    goods, ledger = wares(options.skus), Ledger(keeps_skus=False)
    director, marketing = await asyncio.to_thread(
        head_office, Doors(running.http_url, running.pos_address, running.admin_password)
    )
    identities = await _set_up(director, marketing, options)
    simple = {name: identities.pop(name) for name in list(identities)[-_HTTP_CLIENTS:]}
    raw_before = await asyncio.to_thread(_raw_inserts_per_s, running, goods)
    tills, channels = await open_all(running.pos_address, identities, goods)
    load = Load(tills)
    listeners = load.listen()
    acked = await _told("burst", load.burst(options.burst))
    await load.counted()
    visible = await _told("sustained", load.sustained(options.seconds))
    acks, seen = await load.steady(visible / 4, options.seconds / 4)
    _say(f"at a quarter: {len(acks.latencies)} batches")
    http = await asyncio.to_thread(_http, running, list(simple.values()), goods, options.seconds / 4)
    queries = await asyncio.to_thread(_ask, running.http_url, director.access_token, options.seconds / 4)
    memory = _memory(running)
    for task in listeners:
        task.cancel()
    for channel in channels:
        await channel.close()
    raw = (raw_before + await asyncio.to_thread(_raw_inserts_per_s, running, goods)) / 2
    for till in tills:
        till.tell(ledger)
    _enter_simple(ledger, simple, goods, len(http.latencies))
    verdict = await asyncio.to_thread(compare, director, ledger)
    for problem in (*verdict.differences, *load.refused[:3], *http.errors[:3], *queries.errors[:3]):
        _say(problem)
    return {
        "raw_insert_per_s": round(raw),
        "acked_per_s": round(acked),
        "acked_ratio": round(acked / raw, 3),
        "visible_per_s": round(visible),
        "visible_ratio": round(visible / raw, 3),
        "ack_p50_ms": acks.percentile_ms(50),
        "ack_p99_ms": acks.percentile_ms(99),
        "visible_p99_ms": seen.percentile_ms(99),
        "http_ack_p99_ms": http.percentile_ms(99),
        "query_p99_ms": queries.percentile_ms(99),
        "lost": verdict.lost,
        "double": verdict.double,
        "rss_mib": memory,
    }


async def _set_up(director: Session, marketing: Session, options: argparse.Namespace) -> dict[Name, Identity]:
    names = chain.names(options.stores, options.terminals)
    # The simple tills are third ones, so that the streams stay those of all stores.
    names += [(store, "till-http") for store in itertools.islice(dict(names), _HTTP_CLIENTS)]
    await asyncio.to_thread(chain.put_stores, director, names)
    await asyncio.to_thread(chain.put_goods, marketing, options.skus)
    enrolled = await chain.enrol(director, names, lambda _count: None)
    _say(f"{len(enrolled)} tills are enrolled")
    return {name: enrolled[name] for name in names}


def _raw_inserts_per_s(running: Platform, goods: Sequence[Ware]) -> float:
    """What the database alone takes of the same receipts, 1,000 a call, from one client."""
    receipts = [ware.receipt for ware in goods]
    with MongoClient[dict[str, object]](running.servers.mongo_url()) as client:
        collection = client["bench"]["raw_receipts"]
        collection.drop()
        numbers = itertools.count(1)
        parts = [
            [_document(next(numbers), receipts[place % len(receipts)]) for place in range(start, start + _RAW_AT_ONCE)]
            for start in range(0, _RAW_RECEIPTS, _RAW_AT_ONCE)
        ]
        begin = time.perf_counter()
        for part in parts:
            collection.insert_many(part, ordered=False)
        seconds = time.perf_counter() - begin
        collection.drop()
    _say(f"raw inserts: {_RAW_RECEIPTS / seconds:,.0f}/s")
    return _RAW_RECEIPTS / seconds


def _document(number: int, receipt: pos.Receipt) -> dict[str, object]:
    return {
        "_id": f"SIM00001/till-1/1/{number}",
        "number": number,
        "kind": receipt.kind,
        "till_time": receipt.till_time.ToDatetime(),
        "currency_code": receipt.currency_code,
        "total_minor": receipt.total_minor,
        "member_id": receipt.member_id,
        "lines": [[line.sku, line.quantity_milli, line.amount_minor] for line in receipt.lines],
        "tenders": [[tender.kind, tender.amount_minor] for tender in receipt.tenders],
    }


def _http(running: Platform, tills: Sequence[Identity], goods: Sequence[Ware], seconds: float) -> Samples:
    """Single receipts from simple tills, each over its own connection."""
    clients = [Client(running.pos_http_url) for _ in tills]

    def send(turn: int) -> None:
        till, number = turn % len(tills), turn // len(tills) + 1
        receipt = pos.Receipt.FromString(goods[turn % len(goods)].tail)
        receipt.number = number
        headers, body = http_batch(tills[till], number, [receipt])
        clients[till].send("POST", PATH, body, headers)

    return at_a_steady_rate(_HTTP_RATE, seconds, len(tills), lambda _client, turn: send(turn))


def _enter_simple(ledger: Ledger, tills: Mapping[Name, Identity], goods: Sequence[Ware], sent: int) -> None:
    names = list(tills)
    for name in names:
        ledger.open(*name)
    for turn in range(sent):
        receipt = goods[turn % len(goods)].receipt
        ledger.good(*names[turn % len(names)], [(turn // len(names) + 1, receipt)])


def _ask(http_url: str, access_token: str, seconds: float) -> Samples:
    """Rankings and heat maps of the last four weeks, from their planned moments."""
    clients = [Client(http_url, access_token) for _ in range(4)]
    now = datetime.now(UTC)
    days = f"first_day={now - timedelta(days=_QUERY_DAYS):%Y-%m-%d}&last_day={now + timedelta(days=1):%Y-%m-%d}"

    def ask(client: int, turn: int) -> None:
        clients[client].call("GET", f"/v1/figures/{_QUERIES[turn // len(clients) % len(_QUERIES)]}{days}")

    return at_a_steady_rate(_QUERY_RATE, seconds, len(clients), ask)


def _memory(running: Platform) -> dict[str, int]:
    found = {name: psutil.Process(child.pid).memory_info().rss for name, child in running.processes.items()}
    return {name: round(rss / 2**20) for name, rss in found.items()}


async def _told(name: str, rate: Awaitable[float]) -> float:
    _say(f"{name} ...")
    found = await rate
    _say(f"{name}: {found:,.0f} receipts/s")
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
