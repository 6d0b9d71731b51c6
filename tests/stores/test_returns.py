"""Returns and voids are counted whenever they come, and told apart when the rest is here."""

from typing import Any

from services.stores.domain.receipts import Kind, Line, Receipt
from services.stores.ledger import Ledger
from services.stores.queries.receipts import get_receipt
from tests.stores.ingesting import batch, ingest
from tests.stores.made_up import receipt


def back(number: int, original: int, amount: int = -99, kind: Kind = Kind.RETURN, **changes: Any) -> Receipt:
    lines = (Line("sku-0", -1000, amount),)
    return receipt(number, kind=kind, lines=lines, total_minor=amount, original_number=original, **changes)


def flags(number: int, store: str = "s1") -> tuple[str, ...]:
    return get_receipt(store, "t1", 1, number).flags


def test_a_return_before_its_sale_is_matched_when_the_sale_arrives(ledger: Ledger, store: str) -> None:
    first = ingest(ledger, batch([back(2, 1)]))[0]
    assert first.judged[0].flags == ("original_missing",)
    assert flags(2) == ("original_missing",)
    ingest(ledger, batch([receipt(1)]))
    assert flags(2) == ()


def test_a_return_in_another_store_is_matched_and_flagged(ledger: Ledger, store: str) -> None:
    ingest(ledger, batch([receipt(7)]), batch([back(1, 7, original_store_id="s1")], store="s3"))
    assert flags(1, "s3") == ("original_elsewhere",)


def test_repeated_and_too_large_returns_are_flagged_and_counted(ledger: Ledger, store: str) -> None:
    counted = ingest(ledger, batch([receipt(1), back(2, 1, -200), back(3, 1, -200)]), batch([back(4, 1, -1)]))
    assert [c.accepted for c in counted] == [3, 1]
    assert counted[0].judged[1].flags == ()
    assert counted[0].judged[2].flags == ("returned_before", "returns_too_much")
    assert counted[1].judged[0].flags == ("returned_before", "returns_too_much")
    assert flags(2) == ("returned_before", "returns_too_much")  # seen from now on, with those that came after it


def test_a_void_of_a_void_and_a_return_of_a_return_are_flagged(ledger: Ledger, store: str) -> None:
    sent = [receipt(1), back(2, 1, -349, Kind.VOID), back(3, 2, -1, Kind.VOID), back(4, 2, -1)]
    flagged = [judgement.flags for judgement in ingest(ledger, batch(sent))[0].judged]
    assert flagged == [(), (), ("original_is_no_sale",), ("returned_before", "original_is_no_sale")]
