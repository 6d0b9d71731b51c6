"""`python -m bench.pos_soak`: half an hour at half load; memory and descriptors must stay; one JSON line last.

Half load is half of what is counted for a minute at full load in the same run. Our processes are compared between the
first tenth after the warm-up and the last tenth, by medians; the servers' figures are told beside them.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence

from bench.pos_chain import logins, platform, processes, say, set_up
from bench.pos_load import Load
from bench.pos_tills import open_all, wares
from devstack.supervisor import Platform
from possim.check import compare
from possim.ledger import Ledger

_LOOK_EVERY_S = 2.0
_MEMORY_PERCENT = 5.0
_SERVERS = ("mongod", "rabbitmq")

# Memory (MiB) and descriptors by process.
Look = Mapping[str, tuple[float, int]]


def main() -> int:
    """Run, print, and fail when something grows or a receipt is lost or counts twice."""
    parser = argparse.ArgumentParser(prog="bench.pos_soak", description=__doc__)
    parser.add_argument("--stores", type=int, default=500)
    parser.add_argument("--terminals", type=int, default=2)
    parser.add_argument("--skus", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=30.0, help="at half load, the warm-up included")
    parser.add_argument("--warm-up", type=float, default=5.0, help="minutes")
    parser.add_argument("--probe", type=float, default=60.0, help="seconds at full load, to find out what half is")
    parser.add_argument("--rate", type=float, help="receipts/s instead of half load, when the machine is shared")
    options = parser.parse_args()
    with platform() as running:
        figures = asyncio.run(_soak(running, options))
    print(json.dumps(figures), flush=True)
    return 0 if figures["is_steady"] and not figures["lost"] and not figures["double"] else 1


async def _soak(running: Platform, options: argparse.Namespace) -> dict[str, object]:
    goods, ledger = wares(options.skus), Ledger(keeps_skus=False)
    director, marketing = await logins(running)
    tills, channels = await open_all(running.pos_address, await set_up(director, marketing, options), goods)
    load = Load(tills)
    listeners = load.listen()
    rate = options.rate or await load.sustained(options.probe) / 2
    await load.counted()
    say(f"{rate:,.0f} receipts/s")
    looks: list[Look] = []
    looking = asyncio.create_task(_look(running, options.warm_up * 60, looks))
    acks, seen = await load.steady(rate, options.minutes * 60)
    looking.cancel()
    for task in listeners:
        task.cancel()
    for channel in channels:
        await channel.close()
    for till in tills:
        till.tell(ledger)
    verdict = await asyncio.to_thread(compare, director, ledger)
    for problem in (*verdict.differences, *load.refused[:3]):
        say(problem)
    return {
        "minutes": options.minutes,
        "receipts_per_s": round(rate),
        **_compared(looks),
        "ack_p99_ms": acks.percentile_ms(99),
        "visible_p99_ms": seen.percentile_ms(99),
        "lost": verdict.lost,
        "double": verdict.double,
    }


async def _look(running: Platform, warm_up_s: float, looks: list[Look]) -> None:
    begin = time.monotonic()
    await asyncio.sleep(warm_up_s)
    while True:
        found = processes(running)
        looks.append({name: (each.memory_info().rss / 2**20, each.num_fds()) for name, each in found.items()})
        if len(looks) % 30 == 1:
            whole = sum(memory for memory, _ in looks[-1].values())
            say(f"{(time.monotonic() - begin) / 60:.0f} min: {whole:,.0f} MiB in all")
        await asyncio.sleep(_LOOK_EVERY_S)


def _compared(looks: Sequence[Look]) -> dict[str, object]:
    """The first tenth against the last one."""
    if not looks:
        raise SystemExit("bench.pos_soak: the run was shorter than its warm-up")
    part = max(1, len(looks) // 10)
    begin, end = _medians(looks[:part]), _medians(looks[-part:])
    growth = {name: round((end[name][0] / begin[name][0] - 1) * 100, 1) for name in begin}
    more = {name: round(end[name][1] - begin[name][1]) for name in begin}
    own = [name for name in begin if name not in _SERVERS]
    is_steady = all(abs(growth[name]) <= _MEMORY_PERCENT and more[name] <= 0 for name in own)
    return {
        "is_steady": is_steady,
        "memory_growth_percent": growth,
        "more_descriptors": more,
        "rss_mib": {name: round(memory) for name, (memory, _) in end.items()},
    }


def _medians(looks: Sequence[Look]) -> dict[str, tuple[float, float]]:
    return {
        name: (statistics.median(look[name][0] for look in looks), statistics.median(look[name][1] for look in looks))
        for name in looks[0]
    }


if __name__ == "__main__":
    sys.exit(main())
