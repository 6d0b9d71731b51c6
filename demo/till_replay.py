"""The tills of the demo: each enrols, connects and sells; some repeat themselves, some are offline for a while.

Everything goes through the public doors: HTTP for the codes and the enrolment, gRPC for the receipts.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from demo.stores_data import TERMINAL_ID
from posclient import LocalStore, Terminal
from saleloop.pos.v1 import pos_service_pb2 as pos

# Of the tills with sales, every so many-th behaves so.
REPEATS_EVERY = 5
OFFLINE_EVERY = 7
OFFLINE_S = 2.0
BATCH_SIZE = 50
SOLD_AT_ONCE = 500
CODES_AT_ONCE = 1_000
ENROLMENTS_AT_ONCE = 16


@dataclass(slots=True)
class Replay:
    """What has happened so far; the callback gets it again after every change."""

    tills: int = 0
    enrolled: int = 0
    connected: int = 0
    receipts: int = 0
    handed_over: int = 0
    repeated: int = 0
    offline_tills: int = 0
    repeating_tills: int = 0


Progress = Callable[[Replay], None]


async def replay(
    *,
    http_url: str,
    pos_address: str,
    access_token: str,
    stores: Sequence[str],
    receipts: Mapping[str, Sequence[pos.Receipt]],
    folder: Path,
    progress: Progress,
) -> Replay:
    """Enrol one till for each store with the login of head office, and hand over all receipts (by store id).

    Returns once the platform has acknowledged everything; it may still be counting. `folder` gets the tills'
    disks. Raises httpx.HTTPError and posclient.EnrolmentRefused.
    """
    state = Replay(tills=len(stores), receipts=sum(map(len, receipts.values())))
    async with httpx.AsyncClient(base_url=http_url, timeout=60) as http, AsyncExitStack() as running:
        codes = await _codes(http, access_token, stores)
        tills = {
            store: Terminal(LocalStore(folder / f"{store}.sqlite", batch_size=BATCH_SIZE), pos_address)
            for store in codes
        }
        await _enrol_all(http, tills, codes, lambda: _step(state, progress, enrolled=1))
        for till in tills.values():
            running.push_async_callback(_end, asyncio.create_task(till.run()))
        await asyncio.gather(*(_connect(till, state, progress) for till in tills.values()))
        selling = [store for store in tills if receipts.get(store)]
        await asyncio.gather(
            *(_sell(tills[store], number, receipts[store], state, progress) for number, store in enumerate(selling))
        )
    return state


async def _codes(http: httpx.AsyncClient, access_token: str, stores: Sequence[str]) -> dict[str, str]:
    """A one-time code for the till of each store."""
    found: dict[str, str] = {}
    for start in range(0, len(stores), CODES_AT_ONCE):
        keys = [{"store_id": store, "terminal_id": TERMINAL_ID} for store in stores[start : start + CODES_AT_ONCE]]
        answer = await http.post(
            "/v1/terminals:batchCreateEnrolmentCodes",
            json={"terminals": keys},
            headers={"Authorization": f"Bearer {access_token}", "Idempotency-Key": uuid4().hex},
        )
        answer.raise_for_status()
        found |= {code["store_id"]: code["code"] for code in answer.json()["enrolment_codes"]}
    return found


async def _enrol_all(
    http: httpx.AsyncClient, tills: Mapping[str, Terminal], codes: Mapping[str, str], done: Callable[[], None]
) -> None:
    turns = asyncio.Semaphore(ENROLMENTS_AT_ONCE)

    async def enrol(store: str) -> None:
        async with turns:
            await tills[store].enrol(http, codes[store])
        done()

    await asyncio.gather(*map(enrol, tills))


async def _connect(till: Terminal, state: Replay, progress: Progress) -> None:
    await till.connected()
    _step(state, progress, connected=1)


async def _sell(
    till: Terminal, number: int, receipts: Sequence[pos.Receipt], state: Replay, progress: Progress
) -> None:
    """Sell everything in the order of the data; the numbers that the till gives are those of the data."""
    goes_offline, repeats = number % OFFLINE_EVERY == 0, number % REPEATS_EVERY == 0
    half = len(receipts) // 2 if goes_offline else len(receipts)
    await _hand_over(till, receipts[:half], state, progress)
    if goes_offline:
        till.go_offline()
        _step(state, progress, offline_tills=1)
        till.sell(receipts[half:])
        await asyncio.sleep(OFFLINE_S)
        till.go_online()
        await till.drained()
        _step(state, progress, handed_over=len(receipts) - half)
    if repeats:
        again = receipts[: max(1, len(receipts) // 3)]
        till.send_again(again)
        await till.drained()
        _step(state, progress, repeated=len(again), repeating_tills=1)


async def _hand_over(till: Terminal, receipts: Sequence[pos.Receipt], state: Replay, progress: Progress) -> None:
    for start in range(0, len(receipts), SOLD_AT_ONCE):
        part = receipts[start : start + SOLD_AT_ONCE]
        till.sell(part)
        await till.drained()
        _step(state, progress, handed_over=len(part))


def _step(state: Replay, progress: Progress, **added: int) -> None:
    for name, amount in added.items():
        setattr(state, name, getattr(state, name) + amount)
    progress(state)


async def _end(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
