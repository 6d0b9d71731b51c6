"""Messages that processes have taken from queues and not yet settled, from their own metrics."""

import json
import re
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_GAUGE = re.compile(rb"^saleloop_inflight_messages(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)
_CONSUMERS = ("-worker", "-ingest", "-audit")
_TIMEOUT_SECONDS = 2.0


def inflight_messages(targets_file: str) -> int:
    """The sum over all consuming processes of the targets file (Prometheus file_sd); 0 without one.

    A process that does not answer counts as one message: it may be in the middle of something.
    """
    if not targets_file or not Path(targets_file).exists():
        return 0
    groups = json.loads(Path(targets_file).read_text())
    addresses = [
        address for group in groups if group["labels"]["job"].endswith(_CONSUMERS) for address in group["targets"]
    ]
    return sum(map(_inflight, addresses))


def _inflight(address: str) -> int:
    try:
        with urlopen(f"http://{address}/metrics", timeout=_TIMEOUT_SECONDS) as answer:
            return int(sum(float(value) for value in _GAUGE.findall(answer.read())))
    except (URLError, OSError):
        return 1
