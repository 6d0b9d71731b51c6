"""One simulation from set-up to verdict."""

import argparse
import asyncio
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo import stores_data
from demo.api import Session
from posclient import Identity
from possim import chain
from possim.check import Verdict, compare, wait_until_counted
from possim.goods import Goods, Shopping, midnight, moments
from possim.ledger import Ledger, Name
from possim.tills import Habits, Seen, Till, running
from saleloop.pos.v1 import pos_service_pb2 as pos

_SPARE = 1.2  # more receipts than the rate needs, since tills start at different moments
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the platform is, and the administrator's password."""

    http_url: str
    pos_address: str
    admin_password: str = ""


def head_office(doors: Doors) -> tuple[Session, Session]:
    """New logins of a director and of marketing."""
    admin = Session(doors.http_url, "admin", doors.admin_password)
    found = []
    for role in ("director", "marketing"):
        username, password = f"sim-{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        admin.post("/v1/people", {"username": username, "password": password, "name": role, "roles": [role]})
        found.append(Session(doors.http_url, username, password))
    return found[0], found[1]


async def drive(doors: Doors, options: argparse.Namespace, habits: Habits, prefix: str) -> bool:
    """True when the platform counted exactly what was sent."""
    console, ledger, seen = Console(stderr=True), Ledger(), Seen()
    director, marketing = await asyncio.to_thread(head_office, doors)
    supplies = _replayed(options.replay) if options.replay else _made_up(options, prefix)
    with console.status("stores, products, members"):
        await asyncio.to_thread(_set_up, director, marketing, options, list(supplies))
    with console.status(f"{len(supplies)} tills enrol"):
        identities = await chain.enrol(director, list(supplies), lambda _count: None)
    tills = _tills(identities, doors, supplies, habits, ledger, seen, options.seed)
    async with running(tills):
        watcher = asyncio.create_task(_show(console, ledger, seen))
        rate = options.rate / len(tills)
        seconds = options.seconds if not options.replay else float("inf")
        await asyncio.gather(*(till.sell(rate, seconds) for till in tills))
        await asyncio.to_thread(wait_until_counted, director, ledger, lambda _count: None, _PATIENCE_S)
        if any([await till.contradict() for till in tills]):
            await _until_outcomes(seen, "CONFLICT", sum(sums.conflicts for sums in ledger.tills.values()))
        watcher.cancel()
    verdict = await asyncio.to_thread(compare, director, ledger)
    _tell(console, ledger, seen, verdict)
    return verdict.is_equal


def _made_up(options: argparse.Namespace, prefix: str) -> dict[Name, Iterator[pos.Receipt]]:
    names = chain.names(options.stores, options.terminals, prefix)
    count = int(options.rate * options.seconds * _SPARE / len(names)) + 10
    first_day = midnight(options.days, datetime.now(UTC))

    def receipts(seed: int) -> Iterator[pos.Receipt]:
        goods = Goods(Shopping(skus=options.skus), seed)
        for moment in moments(first_day, options.days, count, seed):
            yield goods.receipt(moment)

    return {name: receipts(options.seed * 100_003 + place) for place, name in enumerate(names)}


def _replayed(weeks: int) -> dict[Name, Iterator[pos.Receipt]]:
    return {(store, stores_data.TERMINAL_ID): iter(sold) for store, sold in stores_data.receipts(weeks)}


def _set_up(director: Session, marketing: Session, options: argparse.Namespace, names: list[Name]) -> None:
    if options.replay:
        wanted = {store for store, _ in names}
        chain.put(director, "stores", [store for store in stores_data.stores() if store["id"] in wanted])
        chain.put(marketing, "skus", stores_data.skus())
        chain.put(marketing, "members", stores_data.members())
    else:
        chain.put_stores(director, names)
        chain.put_goods(marketing, options.skus)


def _tills(
    identities: Mapping[Name, Identity],
    doors: Doors,
    supplies: Mapping[Name, Iterator[pos.Receipt]],
    habits: Habits,
    ledger: Ledger,
    seen: Seen,
    seed: int,
) -> list[Till]:
    return [
        Till(identities[name], doors.pos_address, supply, habits, ledger, seen, seed * 1_000_003 + place)
        for place, (name, supply) in enumerate(supplies.items())
    ]


async def _show(console: Console, ledger: Ledger, seen: Seen) -> None:
    """A line that moves: receipts told of sold ones, rate, lag, outcomes."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar, before, then = progress.add_task("selling", total=None), 0, time.monotonic()
        while True:
            await asyncio.sleep(1)
            now, told = time.monotonic(), sum(seen.outcomes.values())
            rate, before, then = (seen.sold - before) / (now - then), seen.sold, now
            outcomes = ", ".join(f"{count} {name.lower()}" for name, count in sorted(seen.outcomes.items()))
            lag = seen.sold + seen.repeated - told
            progress.update(
                bar, description=f"{rate:,.0f}/s, {lag:,} behind, {outcomes or 'nothing told yet'}",
                completed=told, total=seen.sold + seen.repeated,
            )  # fmt: skip


async def _until_outcomes(seen: Seen, outcome: str, count: int) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    while seen.outcomes[outcome] < count and time.monotonic() < give_up_at:  # noqa: ASYNC110 - may never come
        await asyncio.sleep(0.2)


def _tell(console: Console, ledger: Ledger, seen: Seen, verdict: Verdict) -> None:
    revenue = sum(sums.revenue_minor for sums in ledger.stores.values())
    console.print(
        f"{seen.sold:,} receipts of {len(ledger.tills)} tills ({ledger.accepted:,} good, worth {revenue / 100:,.2f}),"
        f" {seen.repeated:,} sent again, {seen.offline} tills were offline"
    )
    console.print(f"lost {verdict.lost}, double {verdict.double}, {len(verdict.differences)} differences")
    for difference in verdict.differences:
        console.print(f"  {difference}")
    if verdict.is_equal:
        console.print("equal to the cent")
