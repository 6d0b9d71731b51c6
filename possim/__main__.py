"""`python -m possim`: a chain of stores sells through a platform, and everything that is counted is checked.

Starts a platform of its own on free ports and ends it, or uses the running one (`--running`, after `make up`).
Exit code 1 when anything is lost, double, or not equal to the cent.
"""

import argparse
import asyncio
import json
import os
import random
import string
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack import commands, leftovers
from devstack.errors import DevstackError
from devstack.supervisor import Platform
from possim.drive import Doors, drive
from possim.tills import Habits

# What receipts and figures pass; the rest of the platform has no part in it.
_PARTS = ("gateway-http", "gateway-pos", "stores-rpc", "stores-ingest")


def main() -> int:
    """Run the simulation; 0 when the platform counted exactly what was sent."""
    options = _parser().parse_args()
    try:
        with _doors(is_running=options.running) as (doors, prefix):
            return 0 if asyncio.run(drive(doors, options, _habits(options), prefix)) else 1
    except DevstackError as error:
        print(f"saleloop: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="possim", description=__doc__)
    parser.add_argument("--stores", type=int, default=20)
    parser.add_argument("--terminals", type=int, default=2, help="tills in each store")
    parser.add_argument("--rate", type=float, default=500.0, help="receipts a second, all tills together; 0: no limit")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--skus", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=28, help="the receipts' times lie within so many past days")
    parser.add_argument(
        "--replay", type=int, default=0, metavar="WEEKS", help="the real receipts of so many weeks instead"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--running", action="store_true", help="use the platform that `make up` has started")
    usual = Habits()
    for name in ("repeats", "bad", "offline", "disorder", "skewed", "contradicting"):
        parser.add_argument(f"--{name}", type=float, default=getattr(usual, name), metavar="SHARE")
    return parser


def _habits(options: argparse.Namespace) -> Habits:
    names = ("repeats", "bad", "offline", "disorder", "skewed", "contradicting")
    return Habits(**{name: getattr(options, name) for name in names})


@contextmanager
def _doors(*, is_running: bool) -> Iterator[tuple[Doors, str]]:
    """The platform's doors, and the prefix of the stores' ids: a new one where earlier runs may have left stores."""
    if is_running:
        state = json.loads((commands.run_directory(os.environ) / "state.json").read_text())
        password = state["environment"]["gateway"]["SALELOOP_ADMIN_PASSWORD"]
        prefix = "SIM-" + "".join(random.choices(string.ascii_uppercase, k=4)) + "-"
        yield Doors(state["http_url"], state["pos_address"], password), prefix
        return
    with tempfile.TemporaryDirectory(prefix="saleloop-possim-") as folder:
        running = Platform(Path(folder), only=_PARTS, environ={**os.environ, "SALELOOP_RUN_DIR": folder})
        print("Starting a platform ...", file=sys.stderr, flush=True)
        try:
            running.start()
            yield Doors(running.http_url, running.pos_address, running.admin_password), "SIM"
        finally:
            running.stop()
            leftovers.end(Path(folder), grace=5)


if __name__ == "__main__":
    sys.exit(main())
