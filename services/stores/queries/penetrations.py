"""How many receipts and members have a product of a set; of new products since their launch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from services.stores.domain.penetration import Basket, Penetration
from services.stores.domain.periods import Period
from services.stores.domain.truth import Truth
from services.stores.ledger import Ledger
from services.stores.queries import day_documents
from services.stores.queries.truth import truth_of
from services.stores.queries.view import visible_view

Batches = Iterator[tuple[str, str, list[Basket]]]


@dataclass(frozen=True, slots=True)
class SetPenetration:
    """Of each visible store in the order of their ids, and of all together. `first_day` is the first that counts,
    "" when nothing of the set was sold."""

    first_day: str
    stores: Sequence[tuple[str, Penetration]]
    total: Penetration
    truth: Truth


def set_penetration(
    period: Period, skus: Sequence[str], *, region: str, since_launch: bool, launch_day: str = ""
) -> SetPenetration:
    """The only figures that are read from the receipts' baskets: which products go together is in no sum."""
    ledger, view, wanted = Ledger(), visible_view(region), frozenset(skus)
    if since_launch and launch_day:
        period = (max(period[0], launch_day), period[1])  # none is left when the launch lies after the period
    batches = day_documents.baskets(ledger, period, view)
    first_day = period[0]
    if since_launch and not launch_day:
        first_day, batches = from_first_sale(batches, wanted)
    by_store = {store.id: Penetration() for store in view.stores}
    for _, store_id, baskets in batches:
        by_store[store_id].add(baskets, wanted)
    total = Penetration()
    for found in by_store.values():
        total.add_all(found)
    return SetPenetration(first_day, list(by_store.items()), total, truth_of(view, period, ledger))


def from_first_sale(batches: Batches, wanted: frozenset[str]) -> tuple[str, Batches]:
    """The first day on which one of the SKUs was sold, and the batches from that day on ("" and none if never)."""
    days = groupby(batches, key=lambda batch: batch[0])
    for day, of_day in days:
        kept = list(of_day)
        if any(weight > 0 and not wanted.isdisjoint(skus) for _, _, bought in kept for skus, weight, _ in bought):
            return day, chain(kept, chain.from_iterable(later for _, later in days))
    return "", iter(())
