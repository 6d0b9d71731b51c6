"""The questions of head office while receipts are measured: rankings, heat maps, cells of the map."""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.load import Client, Samples, at_a_steady_rate

RATE = 20.0
DAYS = 28
_CLIENTS = 4
_QUERIES = ("storeRanking?page_size=50", "weekHours?", "storeDays?page_size=50", "geography?")


def paths(region: str = "") -> list[str]:
    """One of each kind, over the last four weeks."""
    now = datetime.now(UTC)
    days = f"&first_day={now - timedelta(days=DAYS):%Y-%m-%d}&last_day={now + timedelta(days=1):%Y-%m-%d}"
    narrowed = f"&region={region}" if region else ""
    return [f"/v1/figures/{query}{days}{narrowed}" for query in _QUERIES]


def ask(http_url: str, access_token: str, seconds: float) -> Samples:
    """All kinds in turn at a steady rate, each from its planned moment, after one of each to warm up."""
    clients = [Client(http_url, access_token) for _ in range(_CLIENTS)]
    asked = paths()
    for path in asked:
        clients[0].call("GET", path)

    def one(client: int, turn: int) -> None:
        clients[client].call("GET", asked[turn // _CLIENTS % len(asked)])

    return at_a_steady_rate(RATE, seconds, _CLIENTS, one)


def interleaved(client: Client, regions: tuple[str, ...], rounds: int) -> dict[str, Samples]:
    """The same questions about each region in turn, so that the machine's drift meets all alike."""
    found = {region: Samples() for region in regions}
    for path_of in _rounds(regions, rounds):
        for region, path in path_of.items():
            begin = time.perf_counter()
            client.call("GET", path)
            found[region].latencies.append(time.perf_counter() - begin)
    return found


def _rounds(regions: tuple[str, ...], rounds: int) -> Iterator[dict[str, str]]:
    asked = {region: paths(region) for region in regions}
    for _ in range(rounds):
        for kind in range(len(_QUERIES)):
            yield {region: asked[region][kind] for region in regions}


def median_ms(samples: Samples) -> float:
    """The median latency."""
    return round(statistics.median(samples.latencies) * 1000, 1)
