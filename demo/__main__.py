"""`python -m demo`: start the platform from clean data, play the main job, and leave it running.

WEEKS (1 to 52, by default all) chooses how much of the real year the tills replay. Exit code 1 when a figure differs.
"""

import json
import os
import sys
from pathlib import Path

import httpx
from rich.table import Table

from demo import distributor, shops
from demo.api import Json, Refused
from demo.chat import open_groups
from demo.people import HEAD_OFFICE, SALESPEOPLE, SUPERVISORS, Company
from demo.story import FigureDiffers, Story
from devstack import commands, leftovers
from devstack.detach import up_in_background
from devstack.errors import DevstackError
from devstack.limits import allow_open_files
from devstack.lock import running_starter

_ROLES_SHOWN = ("director", "marketing", "chen.li", "wang.fang", "finance", "legal", "success")


def main() -> int:
    """Play everything; 0 when every figure is right, 1 when one is not, 2 when the platform cannot start."""
    weeks = _weeks(os.environ.get("WEEKS", str(shops.LAST_WEEK)))
    run_dir = commands.run_directory(os.environ)
    story = Story(1 + 1 + shops.STEPS + distributor.STEPS)
    try:
        allow_open_files()
        with story:
            story.step("Starting the platform from clean data")
            state = _start(run_dir)
            _play(story, state, weeks, run_dir)
    except DevstackError as error:
        print(f"saleloop: {error}", file=sys.stderr)
        return 2
    except (FigureDiffers, Refused, httpx.HTTPError) as error:
        print(f"\nThe demo has failed: {error}", file=sys.stderr)
        print("The platform is still running for a look ('make logs'); 'make down' ends it.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        still = (
            "the platform is still running: 'make down' ends it" if running_starter(run_dir) else "nothing is running"
        )
        print(f"\nInterrupted; {still}.", file=sys.stderr)
        return 130
    return 0


def _weeks(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= shops.LAST_WEEK:
        sys.exit(f"saleloop: WEEKS must be a number from 1 to {shops.LAST_WEEK}, not {text!r}.")
    return int(text)


def _start(run_dir: Path) -> Json:
    """The platform on clean data, in the background; whatever ran from here before is ended."""
    if leftovers.find(run_dir):
        commands.down(run_dir)
    up_in_background(run_dir, ["--fresh"], os.environ)
    state: Json = json.loads((run_dir / "state.json").read_text())
    return state


def _play(story: Story, state: Json, weeks: int, run_dir: Path) -> None:
    company = Company(state["http_url"], state["environment"]["gateway"]["SALELOOP_ADMIN_PASSWORD"])
    story.step("People, teams and chat robots")
    groups = open_groups(story, company.admin, run_dir)
    company.found()
    story.say(f"{len(company.sessions)} people have logins; {len(groups)} chat robots listen")
    shops.play(story, company, state["pos_address"], weeks)
    distributor.play(story, company)
    story.wait_for("a message in each chat group", lambda: all(group.received for group in groups))
    story.fact("loop", "messages in the chat groups so far", sum(group.received for group in groups))
    story.finish()
    _print_results(story)
    _print_doors(story, state, company)


def _print_results(story: Story) -> None:
    table = Table(title=f"{story.checks} figures checked, all equal, in {story.seconds:.0f} s")
    for heading in ("part", "what", "figure"):
        table.add_column(heading, justify="right" if heading == "figure" else "left")
    for row in story.facts:
        table.add_row(*row)
    story.console.print(table)


def _print_doors(story: Story, state: Json, company: Company) -> None:
    table = Table(title="Have a look: the platform is running ('make down' ends it)")
    table.add_column("open")
    table.add_column("where, or who")
    table.add_row("API documentation", f"{state['http_url']}/docs")
    table.add_row("OpenAPI", f"{state['http_url']}/openapi.json")
    for name in ("gateway-http", "stores-ingest", "billing-worker"):
        table.add_row(f"metrics of {name}", f"http://{state['telemetry'][name]}/metrics")
    table.add_row("chat messages", "make logs ARGS='robot-sales robot-head-office'")
    table.add_row("POS edge (gRPC)", state["pos_address"])
    table.add_row("login: administrator", f"admin / {company.admin.password}")
    titles = {plan.username: plan.role for plan in (*HEAD_OFFICE, *SUPERVISORS, *SALESPEOPLE)}
    for username in _ROLES_SHOWN:
        name, password = company.names[username], company[username].password
        table.add_row(f"login: {titles[username]}", f"{username} / {password}   ({name})")
    story.console.print(table)


if __name__ == "__main__":
    sys.exit(main())
