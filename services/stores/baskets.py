"""What was bought together, as one text for each batch: quick to write, and to look through.

A line is a receipt: its weight, its member ("" for none) and its distinct SKUs, with tabs between them. SKUs and
members are printable, so they hold neither tabs nor line breaks.
"""

from collections.abc import Iterable, Iterator

from services.stores.domain.penetration import Basket
from services.stores.domain.receipts import Receipt


def baskets_of(receipts: Iterable[Receipt]) -> str:
    """Receipts of weight 0 are left out."""
    return "\n".join(
        [
            "\t".join((str(weight), receipt.member_id, *dict.fromkeys([line[0] for line in receipt.lines])))
            for receipt in receipts
            if (weight := receipt.weight)
        ]
    )


def baskets_from(text: str) -> Iterator[Basket]:
    """The baskets that were written."""
    for line in text.split("\n") if text else ():
        weight, member_id, *skus = line.split("\t")
        yield skus, int(weight), member_id
