"""Load over HTTP: as fast as some clients can, or at a steady rate with latency counted from the planned moment."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

_TRIES = 30


class Client:
    """One keep-alive connection; as lean as possible, since it shares the machine with what it measures."""

    def __init__(self, base_url: str, token: str = "") -> None:
        address = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def call(self, verb: str, path: str, body: dict[str, Any] | None = None, key: str = "") -> dict[str, Any]:
        """The answer as JSON. Raises RuntimeError with the problem for anything but 2xx."""
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        return self.send(verb, path, json.dumps(body).encode() if body is not None else None, headers)

    def insist(self, verb: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """The same, again under the same key while the service is away: for preparing, not for measuring."""
        for _ in range(_TRIES):
            try:
                return self.call(verb, path, body, key)
            except RuntimeError as error:
                if ": 503 " not in str(error):
                    raise
                time.sleep(1)
        return self.call(verb, path, body, key)

    def post_csv(self, path: str, content: bytes, key: str) -> dict[str, Any]:
        """The same with a file."""
        return self.send("POST", path, content, self._headers | {"Content-Type": "text/csv", "Idempotency-Key": key})

    def send(self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        """The same with any body and headers."""
        self._connection.request(verb, path, body, dict(headers))
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{verb} {path}: {answer.status} {content.decode(errors='replace')[:300]}")
        parsed: dict[str, Any] = json.loads(content) if content else {}
        return parsed


@dataclass
class Samples:
    """Latencies of one run, in seconds."""

    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def percentile_ms(self, percent: float) -> float:
        """Nearest rank, in milliseconds; 0 without samples."""
        ordered = sorted(self.latencies)
        if not ordered:
            return 0.0
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000, 1)

    @property
    def per_second(self) -> float:
        return round(len(self.latencies) / self.seconds, 1) if self.seconds else 0.0


def _run(workers: int, loop: Callable[[int, Samples], None]) -> Samples:
    results = [Samples() for _ in range(workers)]
    threads = [threading.Thread(target=loop, args=(index, results[index])) for index in range(workers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Samples(seconds=time.perf_counter() - started)
    for result in results:
        whole.latencies += result.latencies
        whole.errors += result.errors
    return whole


def as_fast_as_possible(clients: int, seconds: float, call: Callable[[int, int], object]) -> Samples:
    """Each client repeats `call(client, turn)` until the time is over."""
    end = time.perf_counter() + seconds

    def loop(client: int, samples: Samples) -> None:
        turn = 0
        while time.perf_counter() < end:
            _measure(samples, time.perf_counter(), partial(call, client, turn))
            turn += 1

    return _run(clients, loop)


def at_a_steady_rate(rate: float, seconds: float, clients: int, call: Callable[[int, int], object]) -> Samples:
    """`rate` calls a second in all; a late call counts its waiting time too (no coordinated omission)."""
    begin = time.perf_counter() + 0.2
    turns = int(rate * seconds)

    def loop(client: int, samples: Samples) -> None:
        for turn in range(client, turns, clients):
            planned = begin + turn / rate
            time.sleep(max(0.0, planned - time.perf_counter()))
            _measure(samples, planned, partial(call, client, turn))

    return _run(clients, loop)


def _measure(samples: Samples, since: float, call: Callable[[], object]) -> None:
    try:
        call()
    except (RuntimeError, OSError, http.client.HTTPException) as error:
        samples.errors.append(str(error))
    else:
        samples.latencies.append(time.perf_counter() - since)
