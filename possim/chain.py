"""Setting up a chain through the public API: stores, SKUs, members, tills."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.api import Json, Session
from posclient import Identity
from posclient.enrolment import public_key_of
from possim.goods import CURRENCY, MEMBERS, member_id, sku
from possim.ledger import Name

_AT_ONCE = 1_000
_ENROLMENTS_AT_ONCE = 16
_REGIONS = ("East", "North", "Central", "South", "West")
_CATEGORIES = 40


def names(stores: int, terminals: int, prefix: str = "SIM") -> list[Name]:
    """Every till of the chain."""
    return [(f"{prefix}{store:05d}", f"till-{till}") for store in range(stores) for till in range(1, terminals + 1)]


def put_stores(director: Session, tills: Sequence[Name], region: str = "") -> None:
    """The tills' stores, all over China, closing at midnight; all of one region when it is given."""
    stores = [_store(number, store) for number, store in enumerate(sorted({store for store, _ in tills}))]
    put(director, "stores", [store | ({"region": region} if region else {}) for store in stores])


def put_goods(marketing: Session, skus: int) -> None:
    """The catalogue's SKUs and the members."""
    rows: list[Json] = [
        {"sku": sku(rank), "name": f"Product {rank}", "category": f"Category {rank % _CATEGORIES}", "brand": "Sim"}
        for rank in range(skus)
    ]
    put(marketing, "skus", rows)
    put(marketing, "members", [{"id": member_id(n), "name": f"Member {n}"} for n in range(MEMBERS)])


def put(session: Session, kind: str, rows: Sequence[Json]) -> None:
    """Create or change stores, skus or members."""
    for start in range(0, len(rows), _AT_ONCE):
        session.post(f"/v1/{kind}:batchPut", {kind: list(rows[start : start + _AT_ONCE])})


def _store(number: int, store: str) -> Json:
    return {
        "id": store,
        "name": f"Simulated store {number}",
        "region": _REGIONS[number % len(_REGIONS)],
        "latitude": round(22.0 + number * 37 % 1800 / 100, 2),
        "longitude": round(102.0 + number * 91 % 1900 / 100, 2),
        "time_zone": "Asia/Shanghai",
        "closing_hour": 0,
        "currency_code": CURRENCY,
    }


async def enrol(director: Session, tills: Sequence[Name], done: Callable[[int], None]) -> dict[Name, Identity]:
    """A key and an epoch for each till. Raises httpx.HTTPError."""
    codes: list[Json] = []
    for start in range(0, len(tills), _AT_ONCE):
        keys = [{"store_id": store, "terminal_id": till} for store, till in tills[start : start + _AT_ONCE]]
        codes += director.post("/v1/terminals:batchCreateEnrolmentCodes", {"terminals": keys})["enrolment_codes"]
    turns, found = asyncio.Semaphore(_ENROLMENTS_AT_ONCE), dict[Name, Identity]()

    async def one(http: httpx.AsyncClient, code: Json) -> None:
        key = Ed25519PrivateKey.generate().private_bytes_raw()
        body = {"code": code["code"], "public_key": public_key_of(key)}
        async with turns:
            answer = await _post(http, body)
        name = (answer["store_id"], answer["terminal_id"])
        found[name] = Identity(key, *name, int(answer["epoch"]))
        done(len(found))

    async with httpx.AsyncClient(base_url=director.base_url, timeout=60) as http:
        await asyncio.gather(*(one(http, code) for code in codes))
    return found


async def _post(http: httpx.AsyncClient, body: Json) -> Json:
    headers = {"Idempotency-Key": uuid4().hex}
    while True:
        answer = await http.post("/v1/public/terminals:enrol", json=body, headers=headers)
        if "retry-after" not in answer.headers:
            answer.raise_for_status()
            enrolled: Json = answer.json()
            return enrolled
        await asyncio.sleep(float(answer.headers["retry-after"]))
