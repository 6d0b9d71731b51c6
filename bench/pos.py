"""`python -m bench.pos`: POS ingestion on one machine that holds everything; one JSON line last.

What counts are the ratios to `raw_insert_per_s`, pymongo's own speed with the same receipts in the same run, since a
machine's speed drifts. Takes about eight minutes; progress goes to stderr.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence

from pymongo import MongoClient

from bench.load import Client, Samples, at_a_steady_rate
from bench.pos_chain import HTTP_TILLS, cpu_seconds, logins, platform, processes, say, set_up
from bench.pos_load import Load
from bench.pos_queries import ask
from bench.pos_tills import Ware, open_all, wares
from devstack.supervisor import Platform
from posclient import Identity
from posclient.simple import PATH, http_batch
from possim.check import compare
from possim.ledger import Ledger, Name
from saleloop.pos.v1 import pos_service_pb2 as pos

_RAW_AT_ONCE, _RAW_RECEIPTS = 1_000, 60_000
_HTTP_RATE = 100.0


def main() -> int:
    """Measure, print, and fail when a receipt is lost or counts twice."""
    parser = argparse.ArgumentParser(prog="bench.pos", description=__doc__)
    parser.add_argument("--stores", type=int, default=500)
    parser.add_argument("--terminals", type=int, default=2)
    parser.add_argument("--skus", type=int, default=20_000)
    parser.add_argument("--burst", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=120.0, help="of the sustained load; the others take a quarter")
    options = parser.parse_args()
    with platform() as running:
        figures = asyncio.run(_measure(running, options))
    print(json.dumps(figures), flush=True)
    return 1 if figures["lost"] or figures["double"] else 0


async def _measure(running: Platform, options: argparse.Namespace) -> dict[str, object]:
    goods, ledger = wares(options.skus), Ledger(keeps_skus=False)
    director, marketing = await logins(running)
    identities = await set_up(director, marketing, options, http_tills=HTTP_TILLS)
    simple = {name: identities.pop(name) for name in list(identities)[-HTTP_TILLS:]}
    raw_before = await asyncio.to_thread(_raw_inserts_per_s, running, goods)
    tills, channels = await open_all(running.pos_address, identities, goods)
    load = Load(tills)
    listeners = load.listen()
    acked = await _told("burst", load.burst(options.burst))
    await load.counted()
    before, accepted = cpu_seconds(running), load.accepted
    visible = await _told("sustained", load.sustained(options.seconds))
    costs = _costs(before, cpu_seconds(running), load.accepted - accepted)
    acks, seen = await load.steady(visible / 4, options.seconds / 4)
    say(f"at a quarter: {len(acks.latencies)} batches")
    http = await asyncio.to_thread(_http, running, list(simple.values()), goods, options.seconds / 4)
    queries = await asyncio.to_thread(ask, running.http_url, director.access_token, options.seconds / 4)
    memory = {name: round(process.memory_info().rss / 2**20) for name, process in processes(running).items()}
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
        say(problem)
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
        "cpu_us_per_receipt": costs,
    }


def _costs(before: Mapping[str, float], after: Mapping[str, float], receipts: int) -> dict[str, float]:
    """Microseconds of each process that took part, while as much as possible was counted."""
    spent = {name: (after[name] - before[name]) / max(1, receipts) * 1e6 for name in after}
    return {name: round(each, 1) for name, each in spent.items() if each > 1}


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
    say(f"raw inserts: {_RAW_RECEIPTS / seconds:,.0f}/s")
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


async def _told(name: str, rate: Awaitable[float]) -> float:
    say(f"{name} ...")
    found = await rate
    say(f"{name}: {found:,.0f} receipts/s")
    return found


if __name__ == "__main__":
    sys.exit(main())
