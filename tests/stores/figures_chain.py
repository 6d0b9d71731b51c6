"""A small chain of stores with receipts, counted by the platform and by hand."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chassis import access, principal
from chassis.clocks import to_milliseconds
from chassis.principal import Principal
from contracts.access import TABLE
from services.stores.commands.enrol_terminals import invite_terminals
from services.stores.commands.ingest_batch import Batch, ingest_batch
from services.stores.commands.known_names import KnownNames
from services.stores.commands.put_master_data import put_members, put_skus
from services.stores.commands.put_stores import StoreValues, put_stores
from services.stores.documents import Store, Terminal, TerminalState
from services.stores.domain.business_day import business_day, final_time, hour_of_week
from services.stores.domain.receipts import Discount, Kind, Line, Receipt, Tender
from services.stores.ledger import Ledger
from services.stores.receipt_bytes import to_bytes
from tests.stores.made_up import digested, message_of

FIRST_DAY, LAST_DAY = "2026-03-02", "2026-03-15"
PERIOD, PREVIOUS = ("2026-03-09", LAST_DAY), (FIRST_DAY, "2026-03-08")
_START = datetime(2026, 3, 2, 12, tzinfo=UTC)
_BASE = StoreValues("e1", "East 1", "East", 31.2, 121.4, "Asia/Shanghai", 2, "CNY")
STORES = (
    _BASE,
    replace(_BASE, id="e2", name="East 2", latitude=31.9, closing_hour=22),
    replace(_BASE, id="w1", name="West 1", region="West", latitude=40.7, longitude=-74.0, time_zone="America/New_York"),
    replace(_BASE, id="w2", name="West 2", region="West", latitude=40.7, longitude=-74.0, closing_hour=0),
    replace(_BASE, id="z9", name="Silent", region="East"),
)
BY_ID = {store.id: store for store in STORES}


@contextmanager
def acting(operation: str, role: str, **scopes: object) -> Iterator[None]:
    """Call as somebody, with the grant that the table gives."""
    caller = Principal("p1", frozenset({role}), **scopes)  # type: ignore[arg-type]  # as each test says
    with principal.acting(caller, operation), access.granted(TABLE.decide(operation, caller)):
        yield


@dataclass(frozen=True)
class Sold:
    """One receipt of a store, and how late it came (hours after the till's time)."""

    store_id: str
    receipt: Receipt
    late_hours: int

    @property
    def values(self) -> StoreValues:
        return BY_ID[self.store_id]

    @property
    def day(self) -> str:
        return business_day(self.receipt.till_time, self.values.time_zone, self.values.closing_hour).isoformat()

    @property
    def hour(self) -> int:
        return hour_of_week(self.receipt.till_time, self.values.time_zone)

    @property
    def receive_time(self) -> datetime:
        return to_milliseconds(self.receipt.till_time + timedelta(hours=self.late_hours))

    @property
    def is_late(self) -> bool:
        return self.receive_time > final_time(self.day, self.values.time_zone, self.values.closing_hour)


@st.composite
def sold(draw: st.DrawFn) -> list[Sold]:
    """Receipts of four stores in two weeks: sales, returns and voids, in time and late."""
    found = []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        kind = draw(st.sampled_from([Kind.SALE, Kind.SALE, Kind.SALE, Kind.RETURN, Kind.VOID]))
        sign = 1 if kind is Kind.SALE else -1
        lines = tuple(
            Line(
                f"sku-{draw(st.integers(0, 3))}",
                sign * draw(st.integers(1, 3)) * 1000,
                sign * draw(st.integers(0, 3)) * 100,
                tuple(Discount("COUPON", draw(st.integers(1, 5))) for _ in range(draw(st.integers(0, 1)))),
            )
            for _ in range(draw(st.integers(1, 3)))
        )
        total = sum(line.amount_minor for line in lines)
        one = Receipt(
            number=number,
            kind=kind,
            till_seconds=int(_START.timestamp()) + draw(st.integers(0, 13 * 24 - 1)) * 3600,
            till_nanos=0,
            currency_code="CNY",
            total_minor=total,
            lines=lines,
            member_id=draw(st.sampled_from(["", "m1", "m2"])),
            tenders=(Tender(draw(st.sampled_from(["cash", "card"])), total),) if draw(st.booleans()) else (),
        )
        store_id = draw(st.sampled_from(["e1", "e2", "w1", "w2"]))
        found.append(Sold(store_id, digested(one), draw(st.sampled_from([0, 0, 1, 100]))))
    return found


def open_chain(ledger: Ledger) -> None:
    """The stores with two enrolled terminals each, SKUs and members; nothing sold."""
    for name in ledger.database.list_collection_names():
        if name != "clock":
            ledger.database[name].delete_many({})
    put_stores(STORES)
    put_skus([(f"sku-{number}", {"name": "a", "category": f"c{number % 2}", "brand": ""}) for number in range(4)])
    put_members([("m1", {"name": "One"}), ("m2", {"name": "Two"}), ("m3", {"name": "Never here"})])
    invite_terminals([(store.id, terminal) for store in STORES for terminal in ("t1", "t2")])
    Terminal.collection().update_many({}, {"$set": {"state": TerminalState.ENROLLED.value, "epoch": 1}})
    assert Store.collection().count_documents({}) == len(STORES)


def sell(ledger: Ledger, receipts: Sequence[Sold], terminal: str = "t1") -> None:
    """Let the platform count the receipts, each in a batch of its own."""
    names = KnownNames(ledger)
    for each in receipts:
        body = to_bytes(message_of(each.receipt))
        ingest_batch(Batch(each.store_id, terminal, 1, each.receive_time, [each.receipt], [body]), ledger, names)


@dataclass
class ByHand:
    """The same, counted one by one."""

    receipts: Sequence[Sold]
    visible: frozenset[str] = field(default_factory=lambda: frozenset(BY_ID))

    def within(self, period: tuple[str, str]) -> list[Sold]:
        return [s for s in self.receipts if period[0] <= s.day <= period[1] and s.store_id in self.visible]

    def totals(self, period: tuple[str, str]) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for each in self.within(period):
            found[each.store_id].update(counters(each.receipt))
        return found

    def corrections(self, period: tuple[str, str]) -> dict[tuple[str, str, str], Counter[str]]:
        found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        for each in self.within(period):
            if each.is_late:
                key = (each.store_id, each.day, each.receive_time.date().isoformat())
                found[key].update(counters(each.receipt))
        return found


def counters(one: Receipt) -> dict[str, Any]:
    """What one receipt adds."""
    sign = 1 if one.kind is Kind.SALE else -1
    return {
        "revenue_minor": one.total_minor,
        "receipts": {Kind.SALE: 1, Kind.VOID: -1}.get(one.kind, 0) if one.total_minor <= 0 or sign > 0 else 0,
        "units_milli": sum(line.quantity_milli for line in one.lines),
        "discount_minor": sign * sum(d.amount_minor for line in one.lines for d in line.discounts),
        "returns": int(one.kind is Kind.RETURN),
    }
