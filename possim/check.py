"""The ledger against the platform's answers over its public API, to the cent."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.api import Json, Session
from possim.ledger import Ledger

_DAYS = {"first_day": "2000-01-01", "last_day": "2099-12-31"}
# What a ledger and the platform both count.
_FIGURES = ("receipts", "revenue_minor", "units_milli", "discount_minor")
_PAGE = 1_000


@dataclass
class Verdict:
    """`lost` and `double` are receipts; `differences` are sentences, at most 50."""

    lost: int = 0
    double: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Nothing is missing, nothing counts twice, every sum is right."""
        return not (self.lost or self.double or self.differences)

    def differ(self, what: str, counted: object, sent: object) -> None:
        """Note a difference, when there is one."""
        if counted != sent and len(self.differences) < 50:
            self.differences.append(f"{what}: {counted} counted, {sent} sent")


def wait_until_counted(session: Session, ledger: Ledger, told: Callable[[int], None], timeout_s: float) -> None:
    """Return when the terminals' counters hold what was sent, or stopped growing for `timeout_s`."""
    best, give_up_at = -1, time.monotonic() + timeout_s
    while time.monotonic() < give_up_at:
        counted = sum(int(each.get("accepted", 0)) for each in terminals(session))
        told(counted)
        if counted >= ledger.accepted:
            return
        if counted > best:
            best, give_up_at = counted, time.monotonic() + timeout_s
        time.sleep(0.5)


def terminals(session: Session) -> list[Json]:
    """All terminals with their progress."""
    return session.get_all("/v1/terminals", "terminals", page_size=_PAGE)


def compare(session: Session, ledger: Ledger) -> Verdict:
    """Terminals, stores, sums and hours."""
    verdict = Verdict()
    _compare_tills(session, ledger, verdict)
    _compare_stores(session, ledger, verdict)
    return verdict


def _compare_tills(session: Session, ledger: Ledger, verdict: Verdict) -> None:
    answered = {(each["store_id"], each["terminal_id"]): each for each in terminals(session)}
    for name, sent in ledger.tills.items():
        found = answered.get(name, {})
        counted = int(found.get("accepted", 0))
        verdict.lost += max(0, sent.accepted - counted)
        verdict.double += max(0, counted - sent.accepted)
        what = "/".join(name)
        verdict.differ(f"{what} accepted", counted, sent.accepted)
        verdict.differ(f"{what} rejected", int(found.get("rejected", 0)), sent.rejected)
        verdict.differ(f"{what} conflicts", int(found.get("conflicts", 0)), sent.conflicts)
        verdict.differ(f"{what} missing numbers", found.get("missing", []), [])


def _compare_stores(session: Session, ledger: Ledger, verdict: Verdict) -> None:
    ranked = session.get_all("/v1/figures/ranking", "stores", page_size=_PAGE, **_DAYS)
    answered = {each["store_id"]: each for each in ranked}
    for store, sums in ledger.stores.items():
        for figure in _FIGURES:
            counted = int(answered.get(store, {}).get(figure, 0))
            verdict.differ(f"{store} {figure}", counted, getattr(sums, figure))
    if answered.keys() != ledger.stores.keys():
        return  # other stores are here too, so that only the stores can be compared
    hourly = session.get("/v1/figures/hourly", **_DAYS)["figures"]
    for figure in _FIGURES:
        counted = sum(int(each.get(figure, 0)) for each in hourly)
        verdict.differ(f"{figure} of all hours", counted, sum(getattr(sums, figure) for sums in ledger.stores.values()))
    if not ledger.sku_revenue:
        return  # whoever keeps no sums by SKU asks for none
    skus = session.get_all("/v1/figures/skus", "figures", page_size=_PAGE, **_DAYS)
    counted_skus = {each["sku"]: int(each.get("revenue_minor", 0)) for each in skus}
    for sku, sent in ledger.sku_revenue.items():
        verdict.differ(f"revenue of {sku}", counted_skus.get(sku, 0), sent)
