"""`python -m gateway http|pos|audit`, and the commands `audit verify` and `republish`."""

import sys

from gateway.config import GatewaySettings

_USAGE = "usage: python -m gateway http | pos | audit [verify] | republish"


def main(arguments: list[str]) -> int:
    """Run one process; each imports only what it needs."""
    match arguments:
        case ["http"]:
            from gateway.http.server import run as serve_http

            serve_http(GatewaySettings())
        case ["pos"]:
            from gateway.pos.server import run as serve_pos

            serve_pos(GatewaySettings())
        case ["audit"]:
            from gateway.audit.recorder import run as record

            record(GatewaySettings())
        case ["audit", "verify"]:
            from gateway.audit.recorder import print_verdict

            return print_verdict(GatewaySettings())
        case ["republish"]:
            from gateway.identity.republish import republish_people

            republish_people(GatewaySettings())
        case _:
            print(_USAGE, file=sys.stderr)  # noqa: T201 - a command's answer
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
