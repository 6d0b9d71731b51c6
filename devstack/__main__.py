"""`python -m devstack up|down|status|logs|run`: the platform on one machine."""

import argparse
import os
import sys
from pathlib import Path

from devstack import commands
from devstack.detach import up_in_background
from devstack.errors import DevstackError
from devstack.owners import OWNERS
from devstack.wiring import ROOT


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error the person can act on is printed as one message, without a traceback."""
    parser = argparse.ArgumentParser(prog="python -m devstack")
    subparsers = parser.add_subparsers(dest="command", required=True)
    up = subparsers.add_parser("up", help="start the platform and stay in the foreground")
    up.add_argument("--fresh", action="store_true", help="remove the data of earlier runs first")
    up.add_argument("--detach", action="store_true", help="return when it is ready, and leave it running")
    up.add_argument("--procfile", type=Path, default=ROOT / "Procfile", help="start other processes")
    subparsers.add_parser("down", help="end the platform, also after its starter was killed")
    subparsers.add_parser("status", help="what runs, and where")
    logs = subparsers.add_parser("logs", help="follow the logs")
    logs.add_argument("names", nargs="*", help="processes, as in the Procfile; default all")
    run = subparsers.add_parser("run", help="run a command with the running platform's environment")
    run.add_argument("--as", dest="owner", choices=("admin", *OWNERS), default="admin")
    run.add_argument("rest", nargs=argparse.REMAINDER, help="-- command and its arguments")
    options = parser.parse_args(arguments)
    run_dir = commands.run_directory(os.environ)
    try:
        match options.command:
            case "up" if options.detach:
                own = [*(["--fresh"] if options.fresh else []), "--procfile", str(options.procfile.resolve())]
                print(up_in_background(run_dir, own, os.environ), end="")
                return 0
            case "up":
                return commands.up(run_dir, fresh=options.fresh, procfile=options.procfile)
            case "down":
                return commands.down(run_dir)
            case "status":
                return commands.status(run_dir)
            case "logs":
                return commands.logs(run_dir, options.names)
            case _:
                rest = options.rest[1:] if options.rest[:1] == ["--"] else options.rest
                return commands.run(run_dir, options.owner, rest)
    except DevstackError as error:
        print(f"saleloop: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has seen enough: `make status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
