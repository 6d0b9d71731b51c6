"""`python -m bench [name ...]`: every run, or those named; one JSON line for each, the last lines printed."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import leads, platform, quotes
from bench.company import Company
from devstack import leftovers
from devstack.supervisor import Platform

Measurement = dict[str, float | int | str]
RUNS: dict[str, Callable[[Platform, Company], Measurement]] = {
    "memory": platform.idle_memory,
    "reads": leads.reads_at_a_steady_rate,
    "writes": leads.writes_at_a_steady_rate,
    "inbox": leads.lead_to_inbox,
    "leads": leads.leads_by_eight_clients,
    "quotes": quotes.confirmed_quotes,
}


def main() -> int:
    """Start a platform of its own on free ports, measure, end it."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("runs", nargs="*", metavar="name", help=f"one or more of: up, {', '.join(RUNS)}")
    wanted = parser.parse_args().runs or ["up", *RUNS]
    unknown = [name for name in wanted if name not in RUNS and name != "up"]
    if unknown:
        parser.error(f"there is no run {', '.join(unknown)}")
    lines: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="saleloop-bench-") as folder:
        run_dir = Path(folder)
        try:
            running, up = platform.time_to_ready(run_dir)
            if "up" in wanted:
                lines.append({"bench": "up", **up})
            company = Company(running.http_url, running.admin_password)
            for name in (name for name in RUNS if name in wanted):
                print(f"{name} ...", file=sys.stderr, flush=True)
                lines.append({"bench": name, **RUNS[name](running, company)})
                print(json.dumps(lines[-1]), file=sys.stderr, flush=True)
            running.stop()
        finally:
            leftovers.end(run_dir, grace=5)
    for line in lines:
        print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
