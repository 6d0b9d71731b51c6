"""The simulator's receipts are believable, and its checker sees every difference."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from demo.api import Session
from possim.check import compare
from possim.goods import Goods, Shopping, midnight, moments
from possim.ledger import Ledger
from saleloop.pos.v1 import pos_service_pb2 as pos

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_receipts_follow_the_wanted_averages_and_add_up() -> None:
    goods = Goods(Shopping(skus=1_000), seed=3)
    made = [goods.receipt(NOON) for _ in range(4_000)]
    assert all(receipt.total_minor == sum(line.amount_minor for line in receipt.lines) for receipt in made)
    sales = [receipt for receipt in made if receipt.kind == pos.RECEIPT_KIND_SALE]
    assert sum(len(receipt.lines) for receipt in sales) / len(sales) == pytest.approx(3, rel=0.1)
    assert sum(bool(receipt.member_id) for receipt in made) / len(made) == pytest.approx(0.3, rel=0.1)
    assert 1 - len(sales) / len(made) == pytest.approx(0.01, abs=0.006)
    skus = Counter(line.sku for receipt in made for line in receipt.lines).most_common()
    assert skus[0][1] > 10 * skus[len(skus) // 2][1]


def test_the_same_seed_sells_the_same() -> None:
    first, second = (Goods(Shopping(), seed=5).receipt(NOON) for _ in range(2))
    assert first == second
    assert moments(NOON, 3, 50, 1) == moments(NOON, 3, 50, 1)


def test_times_lie_in_their_days_and_shops_are_closed_at_night() -> None:
    first = midnight(7, NOON)
    found = moments(first, 7, 500, 1)
    assert list(found) == sorted(found)
    assert all(first <= moment < NOON for moment in found)
    assert not [moment for moment in found if moment.hour < 6]


class Answers:
    """A platform that has counted one sale of 5.00 with a discount of 0.50."""

    def __init__(self, **changes: Any) -> None:
        self.till = {"store_id": "s", "terminal_id": "t", "accepted": "1"} | changes.pop("till", {})
        self.store = {
            "store_id": "s",
            "receipts": "1",
            "revenue_minor": "500",
            "units_milli": "1000",
            "discount_minor": "50",
        } | changes

    def get_all(self, path: str, _field: str, **_query: Any) -> list[Any]:
        return {"/v1/terminals": [self.till], "/v1/figures/ranking": [self.store]}.get(
            path, [{"sku": "a", "revenue_minor": self.store["revenue_minor"]}]
        )

    def get(self, _path: str, **_query: Any) -> dict[str, Any]:
        return {"figures": [self.store]}


@pytest.mark.parametrize(
    ("answers", "lost", "double", "differences"),
    [
        (Answers(), 0, 0, 0),
        (Answers(till={"accepted": "0"}), 1, 0, 1),
        (Answers(till={"accepted": "2"}), 0, 1, 1),
        (Answers(till={"missing": [{"first": "1", "last": "1"}]}), 0, 0, 1),
        (Answers(revenue_minor="501"), 0, 0, 3),
        (Answers(discount_minor="0"), 0, 0, 2),
    ],
)
def test_the_checker_tells_what_differs(answers: Answers, lost: int, double: int, differences: int) -> None:
    ledger = Ledger()
    ledger.open("s", "t")
    line = pos.ReceiptLine(sku="a", quantity_milli=1000, amount_minor=500, discounts=[pos.Discount(amount_minor=50)])
    ledger.good("s", "t", [(1, pos.Receipt(kind=pos.RECEIPT_KIND_SALE, total_minor=500, lines=[line]))])
    verdict = compare(cast(Session, answers), ledger)
    assert (verdict.lost, verdict.double, len(verdict.differences)) == (lost, double, differences)
    assert verdict.is_equal == (differences == 0)
